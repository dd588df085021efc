/**
 * `npm run bench -- [NAME …] [--OPTION …]`: the project's own benchmarks, each a file `load/bench/NAME.ts` that exports
 * `about` and `run`; without a name all of them, one after the other. What follows the first option is the benchmark's
 * own to read. Loaded by name, so that nothing here depends on them. A figure that misses its goal is shown and fails
 * nothing, unless its benchmark resolves to `false`: then the exit code is 1 once all have run. A benchmark that could
 * not be run ends them.
 */
import { readdir } from 'node:fs/promises';
import { z } from 'zod';

const FOLDER = new URL('../../load/bench/', import.meta.url);

const benchmark = z.object({
  about: z.string(),
  run: z.custom<(options: readonly string[]) => Promise<boolean | undefined>>((value) => typeof value === 'function'),
});

async function names(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

const load = async (name: string): Promise<z.infer<typeof benchmark>> =>
  benchmark.parse(await import(new URL(`${name}.ts`, FOLDER).href));

async function main(): Promise<number> {
  const known = await names();
  const given = process.argv.slice(2);
  const firstOption = given.findIndex((word) => word.startsWith('--'));
  const wanted = firstOption < 0 ? given : given.slice(0, firstOption);
  const options = firstOption < 0 ? [] : given.slice(firstOption);
  const stranger = wanted.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    process.stderr.write(`There is no benchmark "${stranger}". There are:\n`);
    for (const name of known) process.stderr.write(`  ${name}: ${(await load(name)).about}\n`);
    return 2;
  }
  let exitCode = 0;
  for (const name of wanted.length > 0 ? wanted : known) {
    const { about, run } = await load(name);
    process.stdout.write(`\n== ${name}: ${about}\n`);
    if ((await run(options)) === false) exitCode = 1;
  }
  return exitCode;
}

process.exitCode = await main();
