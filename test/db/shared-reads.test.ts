import { describe, expect, it } from 'vitest';
import { SharedReads } from '../../db/shared-reads.ts';

/** Reads that are sent and answered by hand; each tells whose wishes it was sent with. */
function openReads() {
  const reads = new SharedReads<string, string>();
  const begun: { readonly send: () => readonly string[]; readonly answer: (found: string | Error) => void }[] = [];
  const ask = (subject: string, wish: string): Promise<string> =>
    reads.ask(
      subject,
      wish,
      (depart) =>
        new Promise((resolve, reject) => {
          const answer = (found: string | Error) => (found instanceof Error ? reject(found) : resolve(found));
          begun.push({ send: depart, answer });
        }),
    );
  return { ask, begun };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('reads that are shared', () => {
  it('are made once for all who ask for the same before they are sent', async () => {
    const { ask, begun } = openReads();
    const asked = [ask('a clinic', 'one'), ask('a clinic', 'two')];
    await settled();
    asked.push(ask('a clinic', 'three'));
    await settled();
    expect(begun).toHaveLength(1);
    expect(begun[0]?.send()).toEqual(['one', 'two', 'three']);
    begun[0]?.answer('free');
    expect(await Promise.all(asked)).toEqual(['free', 'free', 'free']);
  });

  it('answer nobody who asked after they were sent', async () => {
    const { ask, begun } = openReads();
    const early = ask('a clinic', 'early');
    await settled();
    expect(begun[0]?.send()).toEqual(['early']);
    const late = ask('a clinic', 'late');
    await settled();
    begun[0]?.answer('as it was');
    expect(await early).toBe('as it was');
    // Sent again, it still has those alone who were there before.
    expect(begun[0]?.send()).toEqual(['early']);
    const later = ask('a clinic', 'later');
    await settled();
    expect(begun).toHaveLength(2);
    expect(begun[1]?.send()).toEqual(['late', 'later']);
    begun[1]?.answer('as it is');
    expect(await Promise.all([late, later])).toEqual(['as it is', 'as it is']);
  });

  it('answer nobody who asks about something else', async () => {
    const { ask, begun } = openReads();
    const asked = [ask('a clinic', 'one'), ask('another', 'two')];
    await settled();
    expect(begun.map(({ send }) => send())).toEqual([['one'], ['two']]);
    begun[0]?.answer('free');
    begun[1]?.answer('taken');
    expect(await Promise.all(asked)).toEqual(['free', 'taken']);
  });

  it('fail for all whom they would have answered, and for nobody else', async () => {
    const { ask, begun } = openReads();
    const asked = [ask('a clinic', 'one'), ask('a clinic', 'two')];
    await settled();
    // Before it was sent at all.
    begun[0]?.answer(new Error('no connection'));
    for (const each of await Promise.allSettled(asked))
      expect(each).toMatchObject({ reason: { message: 'no connection' } });
    const next = ask('a clinic', 'three');
    await settled();
    expect(begun[1]?.send()).toEqual(['three']);
    begun[1]?.answer('free');
    expect(await next).toBe('free');
  });

  it('begin anew where there are too many for one', async () => {
    const { ask, begun } = openReads();
    const asked = Array.from({ length: 1_001 }, (_, n) => ask('a clinic', String(n)));
    await settled();
    expect(begun.map(({ send }) => send().length)).toEqual([1_000, 1]);
    for (const { answer } of begun) answer('free');
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['free']));
  });
});
