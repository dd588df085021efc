import type { RedisClient } from './redis.ts';

/** Remembers which single-use tickets were spent, for all nodes. */
export interface RedisTicketLedger {
  /**
   * True for the first who spends `nonce` within `ttlS` seconds, false for all others. Rejects where Redis does not
   * answer: the ticket may then have been spent or not, and the caller decides.
   */
  spend(nonce: string, ttlS: number): Promise<boolean>;
}

/** A ledger in Redis, on a connection for sessions. */
export function redisTicketLedger(redis: RedisClient): RedisTicketLedger {
  return {
    async spend(nonce, ttlS) {
      return (await redis.set(`ava:ticket:${nonce}`, '1', 'EX', ttlS, 'NX')) === 'OK';
    },
  };
}
