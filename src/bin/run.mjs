/**
 * The door to every `npm` command of this project: `node src/bin/run.mjs COMMAND …`. Plain JavaScript on node alone, so
 * that it works on a fresh clone: it checks the node version, installs dependencies where they are missing, then
 * becomes the command, in this very process (signals and exit codes need no passing on).
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const OLDEST_NODE = [20, 19];

/** Loads a TypeScript program, which reads `process.argv` as if it had been started alone. */
const program = (name) => async () => {
  await import('tsx');
  await import(`./${name}.ts`);
};

const COMMANDS = {
  /** Dependencies only: every command sees to them first. */
  install: () => Promise.resolve(),
  start: program('dev'),
  call: program('call'),
  db: program('db'),
  ops: program('ops'),
  bench: program('bench'),
  test: async (args) => {
    process.argv = [process.execPath, join(PROJECT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args];
    await import('../../node_modules/vitest/vitest.mjs');
  },
  check: async () => {
    const { check } = await import('./run/check.mjs');
    process.exitCode = await check(PROJECT);
  },
  build: async () => {
    const { build } = await import('./run/build.mjs');
    process.exitCode = await build(PROJECT);
  },
};

/** Ends the program with a message for people and no stack. */
function refuse(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  refuse(`Ava needs Node ${OLDEST_NODE.join('.')} or later; this is ${process.versions.node} (${process.execPath}).`);
}

async function main() {
  requireNode();
  const [name = '', ...args] = process.argv.slice(2);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) refuse(`usage: npm run ${Object.keys(COMMANDS).join('|')}`);
  process.chdir(PROJECT);
  const { ensureDependencies } = await import('./run/install.mjs');
  const trouble = await ensureDependencies(PROJECT);
  if (trouble) refuse(trouble);
  process.argv = [process.execPath, join(PROJECT, 'src', 'bin', `${name}.ts`), ...args];
  await command(args);
}

await main();
