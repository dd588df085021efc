/**
 * The grammar of `REDIS_URL`: one server, Sentinel or Cluster, over TLS where the scheme begins with `rediss`.
 *
 *     redis://[user:password@]host[:6379][/db]
 *     redis+sentinel://[user:password@]host[:26379],host…/name[/db][?sentinel_password=…]
 *     redis+cluster://[user:password@]host[:6379],host…
 *
 * User names and passwords are percent-encoded. For Sentinel they are those of the data nodes.
 */
import type { Reading } from './field.ts';
import { Secret } from './secret.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Access {
  readonly tls: boolean;
  readonly username: string | null;
  readonly password: Secret | null;
}

/** Where Redis is, and how to sign in. */
export type RedisTarget =
  | (Access & { readonly kind: 'single'; readonly endpoint: Endpoint; readonly db: number })
  | (Access & {
      readonly kind: 'sentinel';
      readonly sentinels: readonly Endpoint[];
      /** The name of the group whose primary is wanted. */
      readonly name: string;
      readonly db: number;
      readonly sentinelPassword: Secret | null;
    })
  | (Access & { readonly kind: 'cluster'; readonly nodes: readonly Endpoint[] });

const SHAPE =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<access>.*)@)?(?<hosts>[^/?#@]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i;
const HOST = /^(?<host>\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/i;
const DB = /^\d{1,5}$/;

class Malformed extends Error {}

function endpoints(hosts: string, defaultPort: number): readonly [Endpoint, ...Endpoint[]] {
  const [first, ...others] = hosts.split(',').map((text): Endpoint => {
    const { host, port } = HOST.exec(text)?.groups ?? {};
    const number = port === undefined ? defaultPort : Number(port);
    if (!host || number < 1 || number > 65_535) throw new Malformed('one of its hosts is not "host" or "host:port"');
    return { host: host.replace(/^\[|\]$/g, ''), port: number };
  });
  if (!first) throw new Malformed('it names no host');
  return [first, ...others];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Malformed('its user name or password is not percent-encoded: write % as %25');
  }
}

function readAccess(text: string | undefined, tls: boolean): Access {
  if (text === undefined) return { tls, username: null, password: null };
  const colon = text.indexOf(':');
  const username = decoded(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decoded(text.slice(colon + 1));
  return { tls, username: username || null, password: password ? new Secret(password) : null };
}

function readDb(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!DB.test(text)) throw new Malformed('what follows the last slash is not the number of a database');
  return Number(text);
}

function readTarget(parts: Readonly<Record<string, string | undefined>>): RedisTarget {
  const { hosts = '', path = '', query = '' } = parts;
  const access = readAccess(parts.access, parts.tls !== '');
  const [, ...steps] = path.split('/');
  switch (parts.kind?.toLowerCase() ?? 'single') {
    case 'sentinel': {
      const [name, db, ...rest] = steps;
      if (!name || rest.length > 0) throw new Malformed("Sentinel wants the group's name after the hosts: …/name");
      const sentinelPassword = new URLSearchParams(query).get('sentinel_password');
      return {
        kind: 'sentinel',
        sentinels: endpoints(hosts, 26_379),
        name: decoded(name),
        db: readDb(db),
        ...access,
        sentinelPassword: sentinelPassword ? new Secret(sentinelPassword) : null,
      };
    }
    case 'cluster': {
      if (steps.some((step) => step !== '' && step !== '0')) throw new Malformed('a Cluster has database 0 only');
      return { kind: 'cluster', nodes: endpoints(hosts, 6379), ...access };
    }
    default: {
      const [endpoint, ...others] = endpoints(hosts, 6379);
      if (others.length > 0) throw new Malformed('several hosts want redis+sentinel:// or redis+cluster://');
      if (steps.length > 1) throw new Malformed('what follows the host is not the number of a database');
      return { kind: 'single', endpoint, db: readDb(steps[0]), ...access };
    }
  }
}

/** Reads a `REDIS_URL`; a problem never quotes it. */
export function parseRedisUrl(text: string): Reading<RedisTarget> {
  const parts = SHAPE.exec(text)?.groups;
  if (!parts) {
    return {
      problem:
        'not a Redis address: write redis://, rediss://, redis+sentinel://h:p,h:p/name or redis+cluster://h:p,h:p',
    };
  }
  try {
    return { value: readTarget(parts) };
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}
