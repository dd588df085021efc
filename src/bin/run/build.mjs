/**
 * `npm run build`: bundles what production runs into `dist/`, and puts beside it the files that it reads at run time.
 * On eight hundred modules as they lie on the disk a node spends a second of processor time before its first line runs,
 * on the very machine on which others take up the calls of the node that it replaces; on a bundle a third of that.
 */
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { runTool } from './tool.mjs';

/** Native code, which is found from where it lies, and what may be missing. */
const NOT_BUNDLED = ['uWebSockets.js', 'uws-legacy', 'bufferutil', 'utf-8-validate', 'pg-native', 'pino-pretty'];

/** What packages of the older kind expect to be there. */
const OLDER_KIND = `
import { createRequire as bundle$createRequire } from 'node:module';
const require = bundle$createRequire(import.meta.url);
const __filename = import.meta.filename, __dirname = import.meta.dirname;`;

/** A map that knows one place: where an error passed through a package, its function's name tells enough. */
const NO_MAP = Buffer.from('{"version":3,"sources":["package"],"mappings":"AAAA"}').toString('base64');

/**
 * Errors are traced to our own source. With the packages in it the map is twice as large, and all of it is read with
 * the first error.
 */
const withoutMapsOfPackages = {
  name: 'without maps of packages',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.*\.[cm]?js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${NO_MAP}`,
      loader: 'js',
    }));
  },
};

/** Code that is seldom needed stays in files of its own, which are read when it is. */
function bundled(project, dist) {
  return bundle({
    absWorkingDir: project,
    entryPoints: ['src/bin/ava.ts'],
    outdir: dist,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: NOT_BUNDLED,
    banner: { js: OLDER_KIND },
    plugins: [withoutMapsOfPackages],
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'error',
  });
}

/** @returns {Promise<number>} exit code */
export async function build(project) {
  const begun = performance.now();
  const dist = join(project, 'dist');
  await rm(dist, { recursive: true, force: true });
  const [types, isBundled] = await Promise.all([
    runTool(project, ['tsc', '-p', 'tsconfig.build.json']),
    // It has told of its errors by then.
    bundled(project, dist).then(
      () => true,
      () => false,
    ),
  ]);
  process.stdout.write(types.output);
  if (!types.ok || !isBundled) {
    process.stdout.write('The build failed.\n');
    return 1;
  }
  await cp(join(project, 'db', 'migrations'), join(dist, 'migrations'), { recursive: true });
  const seconds = (performance.now() - begun) / 1000;
  process.stdout.write(`Built dist/ in ${seconds.toFixed(1)} s. Run it with: npm run serve\n`);
  return 0;
}
