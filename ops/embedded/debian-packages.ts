/**
 * Programs out of Debian or Ubuntu packages without installing them: `apt-get` with lists and archives of its own in a
 * scratch folder resolves and downloads what the machine lacks, `dpkg -x` unpacks it. Needs no root and touches
 * nothing of the system. The machine's own sources, keys and proxies are used.
 */
import { spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const UPDATE_DEADLINE_MS = 120_000;
const DOWNLOAD_DEADLINE_MS = 120_000;
const UNPACK_DEADLINE_MS = 30_000;
const ERROR_LINES = 6;

/** Everything apt would write goes below `scratch`; hooks of the system's own apt runs are left out. */
const configuration = (scratch: string): string => `#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Sandbox::User "";
Debug::NoLocking "true";
Dir::State "${scratch}";
Dir::State::lists "${scratch}/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "${scratch}";
Dir::Cache::archives "${scratch}/archives";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Dir::Log "${scratch}";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled "false";
Acquire::IndexTargets::deb::CNF::DefaultEnabled "false";
`;

function run(file: string, args: readonly string[], deadlineMs: number): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, {
      env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: deadlineMs,
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'ENOENT' ? new Error(`this machine has no ${file}`) : error),
    );
    child.once('close', (code, signal) => {
      if (code === 0) return done();
      const end = output.trim().split('\n').slice(-ERROR_LINES).join('\n  ');
      fail(new Error(`${file} ${signal ? `took longer than ${deadlineMs / 1000} s` : 'failed'}:\n  ${end}`));
    });
  });
}

/**
 * Downloads the first of `choices` (each a set of packages) that the machine's sources offer, with every other package
 * it needs and the machine lacks, and unpacks all into `root`. `scratch` is an empty folder; both paths are absolute.
 */
export async function unpackDebianPackages(
  choices: readonly (readonly string[])[],
  root: string,
  scratch: string,
): Promise<void> {
  const apt = ['-q', '-c', join(scratch, 'apt.conf')];
  const archives = join(scratch, 'archives');
  await Promise.all(
    [join(scratch, 'lists', 'partial'), join(archives, 'partial'), root].map((dir) => mkdir(dir, { recursive: true })),
  );
  await writeFile(join(scratch, 'apt.conf'), configuration(scratch));
  await run('apt-get', [...apt, 'update'], UPDATE_DEADLINE_MS);
  const download = [...apt, '-y', '--no-install-recommends', '--download-only', '--reinstall', 'install'];
  const refusals: unknown[] = [];
  for (const names of choices) {
    try {
      await run('apt-get', [...download, ...names], DOWNLOAD_DEADLINE_MS);
    } catch (error) {
      refusals.push(error);
      continue;
    }
    for (const file of (await readdir(archives)).filter((entry) => entry.endsWith('.deb'))) {
      await run('dpkg', ['-x', join(archives, file), root], UNPACK_DEADLINE_MS);
    }
    return;
  }
  throw new AggregateError(refusals, refusals.map(String).join('\n'));
}
