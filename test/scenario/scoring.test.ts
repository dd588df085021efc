/** GOLDEN 7, the half of scoring: the model cannot be had, and the record says so. Calls that are scored: golden-stack.test.ts. */
import { expect, it } from 'vitest';
import type { AvaEvents } from '../../src/domain/events.ts';
import { type AvaStand, startAva } from '../support/ava.ts';
import { GREETED, hears, says } from '../support/talk.ts';

/** When the model was asked for a score, in ms since the first time. */
function askedAt({ openai }: AvaStand): number[] {
  const requests = openai.log.since(0).filter(({ record }) => record.kind === 'text_request');
  const [first, ...later] = requests.map(({ at }) => Date.parse(at));
  return [0, ...later.map((time) => time - (first ?? 0))];
}

it('the model is asked for a score three times, ever later, then neutral stands in', { timeout: 60_000 }, async () => {
  const ava = await startAva({ pace: 10, scoringPatience: { attempts: 3, firstMs: 200, longestMs: 10_000 } });
  const told: AvaEvents['conversation.scoring_failed'][] = [];
  ava.events.on('conversation.scoring_failed', (event) => told.push(event));
  ava.openai.faults.set({ faults: [{ kind: 'text_error', status: 503 }] });
  try {
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await says(call, 'What are your opening hours?', /open/i);
    call.hangUp();
    const { id, outcome, score } = await ava.scored(call);
    expect(outcome).toBe('info_only');
    expect(score).toEqual({
      sentiment: 'neutral',
      satisfaction: 5,
      summary: null,
      topics: [],
      followUpNeeded: false,
      failed: true,
    });
    const [first, second = 0, third = 0, ...more] = askedAt(ava);
    expect([first, ...more]).toEqual([0]);
    // Between a half and the whole of 200 ms, then of 400.
    expect(second).toBeGreaterThanOrEqual(100);
    expect(third - second).toBeGreaterThanOrEqual(200);
    const cause = { conversationId: id, error: { code: 'http_503' } };
    expect(told).toMatchObject([1, 2, 3].map((attempts) => ({ ...cause, attempts })));
    expect(told.map(({ afterMs }) => afterMs === null)).toEqual([false, false, true]);
  } finally {
    await ava.stop();
  }
});
