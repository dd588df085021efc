import { describe, expect, test } from 'vitest';
import { shownRedis } from '../../../ops/config/describe.ts';
import { parseRedisUrl, type RedisTarget } from '../../../ops/config/redis-url.ts';

function targetOf(url: string): RedisTarget {
  const reading = parseRedisUrl(url);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.value;
}

describe('a Redis address', () => {
  test('names one server, with a default port and database', () => {
    expect(targetOf('redis://localhost')).toEqual({
      kind: 'single',
      endpoint: { host: 'localhost', port: 6379 },
      db: 0,
      tls: false,
      username: null,
      password: null,
    });
    expect(targetOf('redis://[::1]:7000/3')).toMatchObject({ endpoint: { host: '::1', port: 7000 }, db: 3 });
  });

  test('carries a user and a percent-encoded password', () => {
    const target = targetOf('rediss://ava:p%40ss%2Fword@h:1/2');
    expect(target).toMatchObject({ tls: true, username: 'ava', db: 2 });
    expect(target.password?.reveal()).toBe('p@ss/word');
    expect(targetOf('redis://:only@h').username).toBeNull();
  });

  test('names sentinels, their group and the passwords of both', () => {
    const target = targetOf('redis+sentinel://u:p@s1:26380,s2/mymaster/1?sentinel_password=q');
    expect(target).toMatchObject({
      kind: 'sentinel',
      sentinels: [
        { host: 's1', port: 26_380 },
        { host: 's2', port: 26_379 },
      ],
      name: 'mymaster',
      db: 1,
    });
    expect(target.kind === 'sentinel' && target.sentinelPassword?.reveal()).toBe('q');
  });

  test('names nodes of a cluster', () => {
    expect(targetOf('rediss+cluster://n1:7000,n2:7001')).toMatchObject({
      kind: 'cluster',
      tls: true,
      nodes: [
        { host: 'n1', port: 7000 },
        { host: 'n2', port: 7001 },
      ],
    });
  });

  test.each([
    'http://host',
    'redis://',
    'redis://h:99999',
    'redis://h/db',
    'redis://h1,h2',
    'redis+sentinel://h:1',
    'redis+cluster://h:1/2',
    'redis://u:%ZZ@h',
    'redis://h:1/0/1',
    'redis+sentinel://h/name/0/x',
  ])('%s is refused', (url) => {
    expect(parseRedisUrl(url)).toHaveProperty('problem');
  });

  test.each(['redis://ava@h:1/2', 'rediss+sentinel://s1:1,s2:2/group/0', 'redis+cluster://[::1]:7000,n2:7001'])(
    '%s is shown as it was written',
    (url) => {
      expect(shownRedis(targetOf(url))).toBe(url);
    },
  );

  test('is shown without its password', () => {
    expect(shownRedis(targetOf('redis://ava:secret@h:1/0'))).not.toContain('secret');
  });
});
