import { createHash } from 'node:crypto';
import { evaluate, type RedisClient } from './redis.ts';

/**
 * A Lua script that is sent by its name; its text only where a server does not know it, as after a failover. What is
 * asked in that moment may be overtaken by what is asked next.
 */
export interface RedisScript {
  /** All keys must lie in one slot of a Cluster. Rejects where Redis does not answer in time: it may have run. */
  run(redis: RedisClient, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;
}

export function redisScript(lua: string): RedisScript {
  const sha = createHash('sha1').update(lua).digest('hex');
  return {
    run: (redis, keys, args) =>
      evaluate(redis, sha, keys, args).catch((error: unknown) => {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return redis.eval(lua, keys.length, ...keys, ...args);
      }),
  };
}
