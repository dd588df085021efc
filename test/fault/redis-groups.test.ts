/** A call goes on on another node though what is kept of it lies in a real Cluster of Redis servers. */
import { describe, expect, it } from 'vitest';
import { redisCluster } from '../db/redis-groups.ts';
import { GOODBYE, GREETED, hears, says } from '../support/talk.ts';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 120_000;
const QUESTIONS = ['How much is Botox?', 'What are your opening hours?'] as const;

describe('a node that is killed with a caller on the line', () => {
  it('is followed by another one, where Redis is a Cluster of three', { timeout: LIMIT_MS }, async (context) => {
    const redis = await redisCluster(3);
    const cluster = await openCluster(context, { redisUrl: redis.url });
    const call = cluster.place('+15550100142');
    await hears(call, GREETED);
    await says(call, QUESTIONS[0], /\$350/);
    await cluster.killOwnerOf(call);
    await says(call, QUESTIONS[1], /9 AM to 6 PM/);
    await call.say(GOODBYE);
    expect((await call.ended).by).toBe('twiml');
    const { outcome, turns } = await cluster.recordOf(call);
    const asked = turns.filter(({ role }) => role === 'customer').map(({ text }) => text);
    expect([outcome, asked]).toEqual(['info_only', [...QUESTIONS, GOODBYE]]);
  });
});
