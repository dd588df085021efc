/** What an endpoint's address may look like; where it leads is only known when it is called (`sending.ts`). */
import { isIP } from 'node:net';
import { isPublicAddress } from './public-addresses.ts';

/** Whom we may call: `public`: over https, whoever has a public address; `anybody`: tests and development only. */
export type Reach = 'public' | 'anybody';

const MOST_CHARACTERS = 2_000;

/** The target, or what is wrong with it. */
export function readTarget(text: string, reach: Reach): URL | { readonly problem: string } {
  if (!URL.canParse(text) || text.length > MOST_CHARACTERS) return { problem: 'is no address' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && reach === 'anybody'))
    return { problem: 'does not begin with https://' };
  if (url.username !== '' || url.password !== '') return { problem: 'holds a name or a password' };
  if (url.hash !== '') return { problem: 'has a # in it, which would not be sent' };
  const host = hostOf(url);
  if (reach === 'public' && isIP(host) !== 0 && !isPublicAddress(host)) return { problem: 'is not public' };
  return url;
}

/** An IPv6 address without its brackets. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}
