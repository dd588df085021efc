import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

let dir: string;
beforeAll(async () => {
  await mkdir(join(PROJECT, '.data'), { recursive: true });
  dir = await mkdtemp(join(PROJECT, '.data', 'reporter-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Runs the given test files under the reporter; answers the lines of its output and its exit code. */
async function run(files: Record<string, string>): Promise<{ lines: string[]; code: number }> {
  const root = await mkdtemp(join(dir, 'run-'));
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(root, name), text)));
  const reporter = join(PROJECT, 'test', 'support', 'reporter.ts');
  const config = `export default { test: { include: ['**/*.case.ts'], reporters: ['default', ${JSON.stringify(reporter)}] } };`;
  await writeFile(join(root, 'vitest.config.ts'), config);
  const child = spawn(process.execPath, [join(PROJECT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', root], {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child, 'close');
  return { lines: output.trimEnd().split('\n'), code: child.exitCode ?? -1 };
}

const head = "import { beforeAll, describe, expect, it } from 'vitest';\n";

describe('the last line of a test run', () => {
  it('counts tests, and names what was skipped and why', async () => {
    const { lines, code } = await run({
      'a.case.ts': `${head}it('works', () => { expect(1).toBe(1); });
        it('waits', (context) => { context.skip('no browser here'); });
        it.skip('rests', () => {});`,
    });
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped');
    expect(lines).toContain('skipped: waits: no browser here');
    expect(lines).toContain('skipped: rests: no reason given');
  });

  it('counts as failed what breaks outside a test: an import, a hook, an error nobody catches', async () => {
    const { lines, code } = await run({
      'import.case.ts': `${head}import './nowhere.ts'; it('never runs', () => {});`,
      'hook.case.ts': `${head}describe('a suite', () => { beforeAll(() => { throw new Error('hook'); }); it('is skipped', () => {}); });`,
      'uncaught.case.ts': `${head}it('passes', async () => { setTimeout(() => { throw new Error('late'); }); await new Promise((done) => setTimeout(done, 50)); });`,
      'fails.case.ts': `${head}it('fails', () => { expect(1).toBe(2); });`,
    });
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('1 passed, 4 failed, 1 skipped');
  });

  it('is a failure when there is nothing to run', async () => {
    const { lines, code } = await run({});
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });
});
