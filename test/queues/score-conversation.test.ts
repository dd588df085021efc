import { describe, expect, it } from 'vitest';
import type { JobOutcome } from '../../queues/job.ts';
import { scoreConversationJob } from '../../queues/jobs/score-conversation.ts';
import { RETRY } from '../../queues/retry.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import { ModelFailure, type ModelFailureFacts } from '../../src/domain/model-failure.ts';
import type { EndedConversation } from '../../src/domain/rubric.ts';
import { NEUTRAL, type Verdict } from '../../src/domain/scores.ts';

const PAYLOAD = {
  clinicId: '00000000-0000-4000-8000-000000000001',
  conversationId: '00000000-0000-4000-8000-000000000002',
};
const SPOKEN: EndedConversation = { outcome: 'browsing', turns: [{ role: 'customer', text: 'Hello.' }] };
const SILENT: EndedConversation = { outcome: 'abandoned', turns: [{ role: 'assistant', text: 'Hello?' }] };
const VERDICT: Verdict = {
  score: { ...NEUTRAL, sentiment: 'positive', satisfaction: 9.5, summary: 'A. B.', followUpNeeded: true },
  model: 'gpt-5.4-nano',
  usage: null,
};
const NO_MODEL: Verdict = { score: NEUTRAL, model: null, usage: null };

const passing: ModelFailureFacts = { kind: 'connect', code: 'http_500', isFinal: false };

interface Stage {
  readonly conversation?: EndedConversation;
  /** Claims before this one. */
  readonly earlier?: number;
  readonly isOwed?: boolean;
  readonly isHeld?: boolean;
  readonly answer?: () => Promise<Verdict>;
}

function stage({
  conversation = SPOKEN,
  earlier = 0,
  isOwed = true,
  isHeld = true,
  answer = async () => VERDICT,
}: Stage = {}) {
  const kept: { token: string; verdict: Verdict; failed: boolean }[] = [];
  const left: { afterMs: number; reason: string | null }[] = [];
  const told: { name: AvaEventName; event: object }[] = [];
  const asked: EndedConversation[] = [];
  const job = scoreConversationJob({
    scores: {
      claim: async (request) => (isOwed ? { ...request, conversation, attempts: earlier + 1 } : null),
      keep: async ({ token }, verdict, failed) => {
        kept.push({ token, verdict, failed });
        return isHeld;
      },
      leave: async (_, afterMs, reason) => void left.push({ afterMs, reason }),
    },
    score: async (each) => {
      asked.push(each);
      return answer();
    },
    events: { emit: (name, event) => void told.push({ name, event }) },
    newToken: () => 'a token',
  });
  const run = (data: unknown = PAYLOAD, signal = new AbortController().signal): Promise<JobOutcome> =>
    job.run({ data, attempt: 1, signal });
  return { run, kept, left, told, asked };
}

const failing = (facts: ModelFailureFacts): Stage => ({ answer: () => Promise.reject(new ModelFailure(facts)) });
const BROKEN: Stage = { answer: () => Promise.reject(new Error('Ours')) };
const LAST = { earlier: RETRY.scoring.attempts - 1 };

describe('the score of a conversation', () => {
  it('is the model’s, kept and told', async () => {
    const { run, kept, told, asked } = stage();
    expect(await run()).toEqual({ kind: 'done' });
    expect(asked).toEqual([SPOKEN]);
    expect(kept).toEqual([{ token: 'a token', verdict: VERDICT, failed: false }]);
    const facts = { result: 'scored', sentiment: 'positive', satisfaction: 9.5, followUpNeeded: true };
    expect(told).toEqual([{ name: 'conversation.scored', event: { ...PAYLOAD, ...facts } }]);
  });

  it('is not asked for where none is owed', async () => {
    const { run, kept, asked } = stage({ isOwed: false });
    expect(await run()).toEqual({ kind: 'done' });
    expect([...asked, ...kept]).toEqual([]);
  });

  it('is told by whoever it counts of', async () => {
    const { run, kept, told } = stage({ isHeld: false });
    expect(await run()).toEqual({ kind: 'done' });
    expect(kept).toHaveLength(1);
    expect(told).toEqual([]);
  });

  it('is neutral, no failure, and no model’s, where the caller said nothing', async () => {
    const { run, kept, told, asked } = stage({ conversation: SILENT });
    expect(await run()).toEqual({ kind: 'done' });
    expect(asked).toEqual([]);
    expect(kept).toMatchObject([{ verdict: NO_MODEL, failed: false }]);
    expect(told).toMatchObject([{ event: { result: 'silent' } }]);
  });

  it.each([[null], [{}], [{ ...PAYLOAD, clinicId: 'Radiance' }], ['nonsense']])(
    'is nobody’s by the payload %j',
    async (data) => {
      const { run, asked } = stage();
      expect(await run(data)).toMatchObject({ kind: 'cancel' });
      expect(asked).toEqual([]);
    },
  );
});

describe('a model that does not answer', () => {
  it('is asked again after ever longer pauses', async () => {
    for (const [earlier, leastMs, mostMs] of [
      [0, 2_000, 4_000],
      [1, 4_000, 8_000],
    ] as const) {
      const { run, kept, left, told } = stage({ ...failing(passing), earlier });
      expect(await run()).toEqual({ kind: 'done' });
      expect(kept).toEqual([]);
      expect(left).toEqual([{ afterMs: expect.any(Number), reason: 'connect' }]);
      expect(left[0]?.afterMs).toBeGreaterThanOrEqual(leastMs);
      expect(left[0]?.afterMs).toBeLessThanOrEqual(mostMs);
      const facts = { attempts: earlier + 1, afterMs: left[0]?.afterMs, error: { code: 'http_500' } };
      expect(told).toMatchObject([{ name: 'conversation.scoring_failed', event: { ...PAYLOAD, ...facts } }]);
    }
  });

  it('is asked three times, then neutral stands in, marked and told', async () => {
    expect(RETRY.scoring.attempts).toBe(3);
    const { run, kept, left, told } = stage({ ...failing(passing), ...LAST });
    expect(await run()).toEqual({ kind: 'done' });
    expect(left).toEqual([]);
    expect(kept).toMatchObject([{ verdict: NO_MODEL, failed: true }]);
    expect(NEUTRAL).toMatchObject({ sentiment: 'neutral', satisfaction: 5 });
    expect(told).toMatchObject([
      { name: 'conversation.scoring_failed', event: { attempts: 3, afterMs: null, error: { code: 'http_500' } } },
      { name: 'conversation.scored', event: { result: 'failed', sentiment: 'neutral', satisfaction: 5 } },
    ]);
  });

  it('is not asked again where that cannot help', async () => {
    const { run, kept, told } = stage(failing({ kind: 'fatal', code: 'insufficient_quota', isFinal: true }));
    expect(await run()).toEqual({ kind: 'done' });
    expect(kept).toMatchObject([{ failed: true }]);
    expect(told).toMatchObject([{ event: { attempts: 1, afterMs: null } }, {}]);
  });

  it('is left alone for as long as it asks, within reason', async () => {
    const limited = { kind: 'rate_limit', code: 'http_429', isFinal: false } as const;
    for (const [retryAfterMs, waitedMs] of [
      [30_000, 30_000],
      [86_400_000, RETRY.scoring.longestMs],
    ] as const) {
      const { run, left } = stage(failing({ ...limited, retryAfterMs }));
      await run();
      expect(left).toEqual([{ afterMs: waitedMs, reason: 'rate_limit' }]);
    }
  });

  it('is not to blame where the run was cut: it was no attempt, and is owed at once', async () => {
    const { run, kept, left, told } = stage({ ...failing(passing), ...LAST });
    await run(PAYLOAD, AbortSignal.abort());
    expect(left).toEqual([{ afterMs: 0, reason: null }]);
    expect([...kept, ...told]).toEqual([]);
  });

  it('has not answered where something of ours broke, either', async () => {
    const first = stage(BROKEN);
    await first.run();
    expect(first.left).toMatchObject([{ reason: 'protocol' }]);
    const last = stage({ ...LAST, ...BROKEN });
    await last.run();
    expect(last.kept).toMatchObject([{ failed: true }]);
    expect(last.told).toMatchObject([
      { event: { afterMs: null, error: { code: 'broke', cause: { message: 'Ours' } } } },
      {},
    ]);
  });

  it('is asked no more where nobody told what became of it, three times', async () => {
    const { run, kept, asked } = stage({ earlier: RETRY.scoring.attempts });
    await run();
    expect(asked).toEqual([]);
    expect(kept).toMatchObject([{ verdict: NO_MODEL, failed: true }]);
  });
});
