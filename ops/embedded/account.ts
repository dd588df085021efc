/**
 * Who may run Postgres. It refuses root, so a root user lends it the `postgres` account, making one where the machine
 * has none. That account must be able to walk to its files: a clone in a folder only root may enter is out of its
 * reach, and `canReach` tells.
 */
import { spawnSync } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

function idOf(flag: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return status === 0 ? Number.parseInt(stdout, 10) : undefined;
}

function lookUp(name: string): Account | undefined {
  const uid = idOf('-u', name);
  const gid = idOf('-g', name);
  return uid === undefined || gid === undefined || uid === 0 ? undefined : { name, uid, gid };
}

function create(name: string, report: (line: string) => void): Account | undefined {
  const args = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', name];
  if (spawnSync('useradd', args, { stdio: 'ignore' }).status !== 0) return undefined;
  report(`Postgres refuses to run as root: made the system account "${name}" for it.`);
  return lookUp(name);
}

/** The account Postgres runs as: undefined (ourselves) unless we are root. Throws where root has none to lend. */
export function unprivilegedAccount(report: (line: string) => void): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = lookUp('postgres') ?? create('postgres', report) ?? lookUp('nobody');
  if (account) return account;
  throw new Error(
    `Postgres refuses to run as root, and there is no account named postgres or nobody: start as another user, or set DATABASE_URL`,
  );
}

const mayEnter = (folder: string, { uid, gid }: Account): boolean => {
  const { mode, uid: owner, gid: group } = statSync(folder);
  if (owner === uid) return (mode & 0o100) !== 0;
  return group === gid ? (mode & 0o010) !== 0 : (mode & 0o001) !== 0;
};

/** Whether the account may enter `folder` (which exists) and every folder above it. */
export function canReach(folder: string, account: Account): boolean {
  for (let at = realpathSync(folder); ; at = dirname(at)) {
    if (!mayEnter(at, account)) return false;
    if (at === dirname(at)) return true;
  }
}
