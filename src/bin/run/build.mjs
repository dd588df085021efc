/** `npm run build`: compiles what production runs to `dist/`, and puts beside it the files it reads at run time. */
import { cp, readdir, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { runTool } from './tool.mjs';

/** Folders whose files of these kinds are read by the running program. */
const RUNTIME_FILES = { db: ['.sql', '.lua'], queues: ['.lua'], ops: ['.lua'] };

async function copyRuntimeFiles(project, dist) {
  for (const [folder, kinds] of Object.entries(RUNTIME_FILES)) {
    const files = await readdir(join(project, folder), { recursive: true });
    await Promise.all(
      files
        .filter((file) => kinds.includes(extname(file)))
        .map((file) => cp(join(project, folder, file), join(dist, folder, file))),
    );
  }
}

/** @returns {Promise<number>} exit code */
export async function build(project) {
  const dist = join(project, 'dist');
  await rm(dist, { recursive: true, force: true });
  const { ok, output, seconds } = await runTool(project, ['tsc', '-p', 'tsconfig.build.json']);
  process.stdout.write(output);
  if (!ok) {
    process.stdout.write('The build failed.\n');
    return 1;
  }
  await copyRuntimeFiles(project, dist);
  process.stdout.write(`Built dist/ in ${seconds.toFixed(1)} s. Run it with: npm run serve\n`);
  return 0;
}
