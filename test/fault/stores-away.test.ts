/** Postgres, Redis or both go in the middle of a call, and come back. Every way in which each can go: `outages.long.test.ts`. */
import { describe, expect, it, type TestContext } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { openStream, ring } from '../support/stranger.ts';
import { BOOKED, DETAILS, expectWholeRecord, says } from '../support/talk.ts';
import { booksAcross, expectBookedOnce, type OutageStand, openOutageStand, wishedFor } from './outages.ts';

const LIMIT_MS = 90_000;
const POLICY_VIOLATION = 1008;
const ANOTHER = { from: '+15550107171' };

async function standUp({ onTestFinished }: TestContext): Promise<OutageStand> {
  const stand = await openOutageStand();
  onTestFinished(() => stand.close());
  return stand;
}

describe.concurrent('in the middle of a call', { timeout: LIMIT_MS }, () => {
  it('Postgres goes: she says that she cannot confirm, and books for the same caller when it is back', async (context) => {
    const stand = await standUp(context);
    const call = await booksAcross(stand, ['postgres'], 'killed');
    expect(call.heardText).toMatch(BOOKED);
    await expectBookedOnce(stand, call);
  });

  it('Postgres goes and is back before it is needed: the caller hears nothing of it', async (context) => {
    const stand = await standUp(context);
    const call = stand.ava.place(undefined);
    await wishedFor(call);
    await stand.lose('killed', ['postgres']);
    await stand.bringBack(['postgres']);
    expect(await says(call, DETAILS, BOOKED)).not.toMatch(/trouble/);
    await stand.seenLost([]);
    await expectBookedOnce(stand, call);
  });

  it('Redis goes: nothing is heard of it, and new calls are taken, each ticket good for one stream', async (context) => {
    const stand = await standUp(context);
    const { ava } = stand;
    const call = await booksAcross(stand, ['redis'], 'frozen', async () => {
      const another = ava.place(scenario('hours'), ANOTHER);
      const admitted = await ring(ava);
      const first = await openStream(ava, admitted);
      const second = await openStream(ava, admitted);
      expect(await second.closed).toBe(POLICY_VIOLATION);
      expect(first.socket.readyState).toBe(first.socket.OPEN);
      first.socket.close();
      await another.ended;
      expect(another.heardText).toMatch(/9 AM to 6 PM/);
    });
    await expectBookedOnce(stand, call);
  });

  it('both go: the call and a new one go on, nothing false is said, and the caller books when they are back', async (context) => {
    const stand = await standUp(context);
    const others: Call[] = [];
    const call = await booksAcross(stand, ['postgres', 'redis'], 'stopped', async () => {
      const another = stand.ava.place(scenario('price'), ANOTHER);
      others.push(another);
      await another.ended;
      expect(another.heardText).toMatch(/\$350/);
    });
    await expectBookedOnce(stand, call);
    for (const another of others) expectWholeRecord(another, await stand.ava.conversation(another));
  });
});
