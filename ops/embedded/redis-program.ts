/**
 * Finds a Redis server to run: one on PATH, else the copy kept in the cache folder, else a copy fetched there from the
 * distribution's packages. A fetched copy is put in place by one rename, so that processes fetching at once each end
 * up with a whole one.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { unpackDebianPackages } from './debian-packages.ts';
import { errorCode } from './error-code.ts';

export interface RedisProgram {
  readonly file: string;
  /** What the program needs in its environment to find its libraries. */
  readonly env: NodeJS.ProcessEnv;
}

const NAMES = ['redis-server', 'valkey-server'];
/** The server of either is a link to a program in its tools. */
const PACKAGES = [
  ['redis-server', 'redis-tools'],
  ['valkey-server', 'valkey-tools'],
];

const works = ({ file, env }: RedisProgram): boolean =>
  spawnSync(file, ['--version'], { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0;

/** The library folders of an unpacked tree: `usr/lib`, `lib`, and the architecture's own below them. */
async function libraryFolders(root: string): Promise<string[]> {
  const bases = [join(root, 'usr', 'lib'), join(root, 'lib')].filter((dir) => existsSync(dir));
  const below = await Promise.all(
    bases.map(async (base) => {
      const entries = await readdir(base, { withFileTypes: true });
      return entries.filter((entry) => entry.name.includes('-linux-')).map((entry) => join(base, entry.name));
    }),
  );
  return [...below.flat(), ...bases];
}

async function unpackedIn(root: string): Promise<RedisProgram | undefined> {
  const file = NAMES.map((name) => join(root, 'usr', 'bin', name)).find((path) => existsSync(path));
  if (!file) return undefined;
  const program = { file, env: { LD_LIBRARY_PATH: (await libraryFolders(root)).join(':') } };
  return works(program) ? program : undefined;
}

async function fetched(cacheDir: string, root: string): Promise<RedisProgram> {
  await mkdir(cacheDir, { recursive: true });
  const scratch = await mkdtemp(join(cacheDir, 'fetch-'));
  try {
    const draft = join(scratch, 'root');
    await unpackDebianPackages(PACKAGES, draft, scratch);
    if (!(await unpackedIn(draft))) throw new Error('the downloaded server does not run on this machine');
    // Only a copy that does not run is ever in the way: it may come from another machine.
    if (existsSync(root) && !(await unpackedIn(root))) await rm(root, { recursive: true, force: true });
    await rename(draft, root).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error;
    });
    const kept = await unpackedIn(root);
    if (!kept) throw new Error(`the server in ${root} does not run`);
    return kept;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * A Redis (or Valkey) server that runs here; `cacheDir` keeps a fetched one for the next time. Throws with the ways to
 * provide one when nothing helps.
 */
export async function findRedis(cacheDir: string, report: (line: string) => void): Promise<RedisProgram> {
  const onPath = NAMES.map((file) => ({ file, env: {} })).find(works);
  if (onPath) return onPath;
  const root = join(resolve(cacheDir), 'root');
  const kept = await unpackedIn(root);
  if (kept) return kept;
  report('No redis-server on this machine: fetching one from the distribution’s packages (a few seconds, once) …');
  try {
    return await fetched(resolve(cacheDir), root);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `no Redis server could be found or fetched (${reason}).\nEither install one (redis-server or valkey-server, by your package manager), or set REDIS_URL to a Redis of your own, 6.2 or later.`,
      { cause: error },
    );
  }
}
