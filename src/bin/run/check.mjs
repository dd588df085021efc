/** `npm run check`: everything that can be said about the code without running it, in one go and one answer. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runTool } from './tool.mjs';

/** Folders with a TypeScript configuration of their own, where they exist. */
const TYPED_FOLDERS = ['.', 'src/dashboard', 'load'];

const tasks = (project) => [
  { name: 'lint', command: ['oxlint', '--type-aware', '-c', '.oxlintrc.json', '--deny-warnings', '.'] },
  ...TYPED_FOLDERS.filter((folder) => existsSync(join(project, folder, 'tsconfig.json'))).map((folder) => ({
    name: folder === '.' ? 'types' : `types of ${folder}`,
    command: ['tsc', '-p', folder],
  })),
  { name: 'unused', command: ['knip'] },
  { name: 'tidiness', command: ['vitest', 'run', '--reporter=dot', 'test/tidy.test.ts'] },
  { name: 'format', command: ['biome', 'ci', '--no-errors-on-unmatched', '.'] },
];

/** @returns {Promise<number>} exit code: 0 where nothing was found, else 1 with every finding shown */
export async function check(project) {
  const begun = performance.now();
  const waiting = tasks(project);
  const failed = [];
  const work = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      const { ok, output, seconds } = await runTool(project, task.command);
      process.stdout.write(
        `${ok ? 'ok    ' : 'FAILED'} ${task.name} (${seconds.toFixed(1)} s)\n${ok ? '' : `${output}\n`}`,
      );
      if (!ok) failed.push(task.name);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
  const total = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  process.stdout.write(failed.length ? `\nNot clean: ${failed.join(', ')} (${total})\n` : `\nAll clean (${total})\n`);
  return failed.length ? 1 : 0;
}
