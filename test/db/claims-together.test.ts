/** Claims that wait for one that is on its way, without a database. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ClaimsTogether } from '../../db/claims-together.ts';
import { DatabaseUnavailable } from '../../db/postgres-errors.ts';
import type { CallClaim, Claimed } from '../../src/domain/call-keeping.ts';
import { claimed, claimOf } from '../contract/call-register.ts';

interface Trip {
  readonly calls: readonly string[];
  readonly answer: (claims: readonly Claimed[]) => void;
  readonly fail: (error: unknown) => void;
}

const LOCKED = Object.assign(new Error('canceling statement due to lock timeout'), {
  code: '55P03',
  severity: 'ERROR',
});

/** Claims whose trips to the database the test answers itself. */
function bench() {
  const trips: Trip[] = [];
  const together = new ClaimsTogether(
    (_clinicId, claims) =>
      new Promise((resolve, fail) => {
        const calls = claims.map(({ callSid }) => callSid);
        const answer: Trip['answer'] = (answers) =>
          resolve(
            new Map(answers.flatMap((each, n) => (each.kind === 'claimed' ? [[calls[n] ?? '', each.epoch]] : []))),
          );
        trips.push({ calls, answer, fail });
      }),
  );
  const claim = (callSid: string, more: Partial<CallClaim> = {}) => together.claim(claimOf({ callSid, ...more }));
  return { trips, claim };
}

const calls = (trips: readonly Trip[]) => trips.map((trip) => trip.calls);

describe('claims of one clinic', () => {
  it('go at once where none is on its way, and together where one is', async () => {
    const { trips, claim } = bench();
    const [a, b, c] = [claim('a'), claim('b'), claim('c')];
    expect(calls(trips)).toEqual([['a']]);
    trips[0]?.answer([claimed(2)]);
    expect(await a).toEqual(claimed(2));
    await setImmediate();
    expect(calls(trips)).toEqual([['a'], ['b', 'c']]);
    trips[1]?.answer([claimed(3), { kind: 'ended' }]);
    expect([await b, await c]).toEqual([claimed(3), { kind: 'ended' }]);
    await setImmediate();
    void claim('d');
    expect(calls(trips)).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('wait for no other clinic', () => {
    const { trips, claim } = bench();
    void claim('a', { clinicId: 'one' });
    void claim('b', { clinicId: 'another' });
    expect(calls(trips)).toEqual([['a'], ['b']]);
  });

  it('of the same call go one after the other', async () => {
    const { trips, claim } = bench();
    void claim('a');
    void claim('b');
    const again = claim('b');
    trips[0]?.answer([claimed(2)]);
    await setImmediate();
    trips[1]?.answer([claimed(2)]);
    await setImmediate();
    trips[2]?.answer([claimed(3)]);
    expect(calls(trips)).toEqual([['a'], ['b'], ['b']]);
    expect(await again).toEqual(claimed(3));
  });

  it('go each alone where one of them stops the others', async () => {
    const { trips, claim } = bench();
    void claim('a');
    const [b, c] = [claim('b'), claim('c').catch((error: unknown) => error)];
    trips[0]?.answer([claimed(2)]);
    await setImmediate();
    trips[1]?.fail(LOCKED);
    await setImmediate();
    expect(calls(trips)).toEqual([['a'], ['b', 'c'], ['b'], ['c']]);
    trips[2]?.answer([claimed(2)]);
    trips[3]?.fail(LOCKED);
    expect([await b, await c]).toEqual([claimed(2), LOCKED]);
  });

  it('are not made twice where nobody knows what became of them', async () => {
    const { trips, claim } = bench();
    void claim('a');
    const lost = Promise.allSettled([claim('b'), claim('c')]);
    trips[0]?.answer([claimed(2)]);
    await setImmediate();
    trips[1]?.fail(new DatabaseUnavailable('the connection was lost'));
    expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls(trips)).toEqual([['a'], ['b', 'c']]);
  });
});
