/** A Redis that fails over to its replica in the middle of a call: nothing is heard of it, and nothing is forgotten. */
import { describe, expect, it, vi } from 'vitest';
import { redisWithSentinel } from '../db/redis-groups.ts';
import { GOODBYE, GREETED, hears, says } from '../support/talk.ts';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 180_000;
const FAILOVER = { timeout: 20_000, interval: 100 };
const QUESTIONS = ['How much is Botox?', 'What are your opening hours?'] as const;

describe('a Redis under a Sentinel whose primary is killed in the middle of a call', () => {
  it('has the call whole in its replica soon, so that a node killed after that is followed by another one', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const { url, primary, replica } = await redisWithSentinel();
    const cluster = await openCluster(context, { redisUrl: url });
    const call = cluster.place('+15550100142');
    await hears(call, GREETED);
    await primary.kill();
    await says(call, QUESTIONS[0], /\$350/);
    await vi.waitFor(async () => {
      expect(await replica.command('ROLE')).toContain('master');
      const items = await replica.command(`LRANGE ava:{call:phone/${call.sid}}:items 0 -1`);
      expect(items).toContain(QUESTIONS[0]);
      expect(items).toContain('$350');
    }, FAILOVER);
    await cluster.killOwnerOf(call);
    await says(call, QUESTIONS[1], /9 AM to 6 PM/);
    await call.say(GOODBYE);
    expect((await call.ended).by).toBe('twiml');
    const { outcome, turns } = await cluster.recordOf(call);
    const asked = turns.filter(({ role }) => role === 'customer').map(({ text }) => text);
    expect([outcome, asked]).toEqual(['info_only', [...QUESTIONS, GOODBYE]]);
  });
});
