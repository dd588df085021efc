/** A node that is killed while its caller talks: what counts is what the caller heard, and the rows. */
import { describe, expect, it } from 'vitest';
import { BOOKED, DETAILS, GOODBYE, GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 150_000;
const CALLER = '+15550100142';

describe('a node that is killed with a caller on the line', () => {
  it('loses nothing while it listens, while it speaks, and right after it booked', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const cluster = await openCluster(context);
    const call = cluster.place(CALLER);
    await hears(call, GREETED);
    await cluster.killOwnerOf(call);
    await says(call, WISH, NAME_ASKED);
    expect(call.isOver).toBe(false);
    const from = call.utterances.length;
    await call.say(DETAILS);
    await hears(call, /You're booked/, from);
    await cluster.killOwnerOf(call);
    await hears(call, BOOKED, from);
    await call.say(GOODBYE);
    expect((await call.ended).by).toBe('twiml');
    const record = await cluster.recordOf(call);
    expect(record.outcome).toBe('appointment_scheduled');
    expect(record.turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual([
      WISH,
      DETAILS,
      GOODBYE,
    ]);
    expect(await cluster.appointmentsOf(call)).toBe(1);
    const { story, isSame } = await cluster.replayOf(call);
    expect([isSame, ...(story.match(/\(owner \d+\)/g) ?? [])], story).toEqual([
      true,
      '(owner 1)',
      '(owner 2)',
      '(owner 3)',
    ]);
    await cluster.sessionsGone();
  });

  it('loses no call with the requests that other nodes die of: neither one that rings nor one that goes on', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const cluster = await openCluster(context);
    // The network asks twice, and then for the number's fallback.
    cluster.cutNext(2);
    const call = cluster.place(CALLER);
    await hears(call, GREETED);
    cluster.cutNext(2);
    await cluster.killOwnerOf(call);
    await says(call, WISH, NAME_ASKED);
    await call.say(GOODBYE);
    expect((await call.ended).by).toBe('twiml');
    expect((await cluster.recordOf(call)).turns.map(({ text }) => text)).toContain(WISH);
  });
});
