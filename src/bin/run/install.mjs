/**
 * Installs the dependencies of `package-lock.json` where `node_modules` lacks any of them or has another version. One
 * install at a time: a second command started meanwhile waits for the first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_LIMIT_MS = 10 * 60_000;
const WAIT_STEP_MS = 250;
const NAMED = 6;

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages ?? {};

/** Packages that may rightly be absent: those of other platforms, and links into the project itself. */
const isOptional = ({ optional, devOptional, link }) => Boolean(optional || devOptional || link);

/** @returns {string[]} paths (`node_modules/…`) of the packages that are missing or of another version */
export function missingPackages(project) {
  const wanted = readPackages(join(project, 'package-lock.json'));
  const record = join(project, 'node_modules', '.package-lock.json');
  const present = existsSync(record) ? readPackages(record) : {};
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== '' && !isOptional(entry))
    .filter(([path, { version, integrity }]) => {
      const found = present[path];
      return found?.version !== version || found?.integrity !== integrity || !existsSync(join(project, path));
    })
    .map(([path]) => path);
}

const isRunning = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Takes the install lock, waiting for another install to end; a dead process's lock is taken over. */
async function takeInstallLock(file) {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  for (let told = false; ; ) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
    if (holder > 0 && !isRunning(holder)) rmSync(file, { force: true });
    if (Date.now() > deadline) throw new Error(`another install (process ${holder}) does not end; its lock is ${file}`);
    if (!told) process.stdout.write('Waiting for an install that is under way …\n');
    told = true;
    await sleep(WAIT_STEP_MS);
  }
}

/** Runs `npm ci` with its progress shown; the npm that started us where there is one. */
function npmCi(project) {
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--prefer-offline'];
  const npm = process.env.npm_execpath;
  const [file, all] = npm?.endsWith('.js') ? [process.execPath, [npm, ...args]] : ['npm', args];
  const { status, signal, error } = spawnSync(file, all, { cwd: project, stdio: 'inherit' });
  if (error) return `npm could not be started: ${error.message}`;
  return status === 0 ? undefined : `npm ci ended with ${signal ?? `exit code ${status}`}`;
}

function explain(failure, missing) {
  const names = missing.map((path) => path.replace(/^node_modules\//, ''));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `
The dependencies could not be installed: ${failure} (its messages are above).
Missing: ${names.slice(0, NAMED).join(', ')}${more}; the whole list is package-lock.json.
Ways to provide them:
  - reach the npm registry, or a mirror of it:  npm config set registry URL
  - behind a proxy:                             npm config set https-proxy URL
  - without a network, from a filled npm cache: npm ci --offline
  - copy node_modules from a machine with the same system, processor and package-lock.json`;
}

/** @returns {Promise<string | undefined>} what to tell the user where the dependencies could not be installed */
export async function ensureDependencies(project) {
  if (missingPackages(project).length === 0) return undefined;
  mkdirSync(join(project, '.data'), { recursive: true });
  const lock = join(project, '.data', 'install.lock');
  await takeInstallLock(lock);
  try {
    const missing = missingPackages(project);
    if (missing.length === 0) return undefined;
    process.stdout.write(`Installing dependencies (${missing.length} packages missing or out of date) …\n`);
    const failure = npmCi(project);
    return failure && explain(failure, missing);
  } finally {
    rmSync(lock, { force: true });
  }
}
