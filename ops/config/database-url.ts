import type { Reading } from './field.ts';
import { Secret } from './secret.ts';

/**
 * Reads a `DATABASE_URL`: `postgres://` or `postgresql://`, one host or several with commas between them. It may hold a
 * password, so it is a secret as a whole, and a problem never quotes it.
 */
export function parseDatabaseUrl(text: string): Reading<Secret> {
  const parts = /^(postgres(?:ql)?:\/\/)(?:(.*)@)?([^/?#@]*)(.*)$/i.exec(text);
  if (!parts) return { problem: 'not a Postgres address: write postgres://user:password@host:5432/database' };
  const [, scheme, access, hosts = '', rest] = parts;
  const single = `${scheme}${access === undefined ? '' : `${access}@`}${hosts.split(',')[0]}${rest}`;
  if (!URL.canParse(single)) {
    return { problem: 'not a valid address: percent-encode special characters in the user name and password' };
  }
  if (hosts === '') return { problem: 'names no host: write postgres://user:password@host:5432/database' };
  return { value: new Secret(text) };
}

/** An address as it may be shown: without its password and its parameters. */
export const shownAddress = (address: string): string =>
  address
    .replace(/\/\/(?:([^:@]*)(?::.*)?@)?/, (_, user?: string) => `//${user ? `${user}@` : ''}`)
    .replace(/[?#].*$/, '');
