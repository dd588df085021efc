import { expect, it } from 'vitest';
import { deliverWebhookJob } from '../../queues/jobs/deliver-webhook.ts';
import type { WebhookAnswer } from '../../src/domain/webhook-answers.ts';
import type { DeliveryEnd } from '../../src/domain/webhook-store.ts';

const CLINIC = '00000000-0000-4000-8000-000000000001';
const PAYLOAD = { clinicId: CLINIC, deliveryId: '00000000-0000-4000-8000-000000000002' };
const TAKEN: WebhookAnswer = { kind: 'answered', status: 200, retryAfterMs: null };

interface Stage {
  readonly answer?: (signal: AbortSignal) => Promise<WebhookAnswer>;
  readonly secret?: string | null;
  readonly isOwed?: boolean;
  readonly isHeld?: boolean;
}

function stage({ answer = async () => TAKEN, secret = 'whsec', isOwed = true, isHeld = true }: Stage = {}) {
  const ends: DeliveryEnd[] = [];
  const sent: string[] = [];
  const told: string[] = [];
  const job = deliverWebhookJob({
    webhooks: {
      claim: async (request) => {
        const { deliveryId } = request;
        const delivery = { deliveryId, eventId: 'e', endpointId: 'p', url: 'https://x.test/', body: '{}', secret };
        return isOwed ? { ...request, delivery, attempts: 1, rings: 1, askedAt: 1_000, now: 2_500 } : null;
      },
      settle: async (_, end) => {
        ends.push(end);
        return isHeld;
      },
    },
    send: (delivery, signal) => {
      sent.push(delivery.secret);
      return answer(signal);
    },
    events: { emit: (name, event) => void told.push(`${name} ${JSON.stringify(event)}`) },
    newToken: () => 'a token',
  });
  const run = (data: unknown = PAYLOAD, signal = new AbortController().signal) => job.run({ data, attempt: 1, signal });
  return { run, ends, sent, told };
}

it('an event that is taken is delivered, and told so', async () => {
  const { run, ends, sent, told } = stage();
  expect(await run()).toEqual({ kind: 'done' });
  expect([ends, sent]).toEqual([[{ kind: 'delivered' }], ['whsec']]);
  expect(told).toEqual([`webhook.delivered ${JSON.stringify({ clinicId: CLINIC, lagMs: 1_500 })}`]);
});

it('one that is not owed, or not ours any more, is neither sent nor told', async () => {
  const unowed = stage({ isOwed: false });
  await unowed.run();
  expect([...unowed.sent, ...unowed.ends]).toEqual([]);
  const lost = stage({ isHeld: false });
  await lost.run();
  expect(lost.told).toEqual([]);
  expect(await stage().run({ clinicId: CLINIC })).toMatchObject({ kind: 'cancel' });
});

it('one that is not taken is tried again later, and told why', async () => {
  const { run, ends, told } = stage({ answer: async () => ({ kind: 'failed', failure: 'timeout' }) });
  await run();
  expect(ends).toEqual([{ kind: 'failed', reason: 'timeout', afterMs: expect.any(Number) }]);
  expect(told[0]).toMatch(/^webhook.failed .*"reason":"timeout","attempts":1/);
});

it('one whose secret no key opens is not sent', async () => {
  const { run, ends, sent } = stage({ secret: null });
  await run();
  expect([ends[0], sent]).toMatchObject([{ kind: 'failed', reason: 'no_key' }, []]);
});

it('a run that is cut says nothing of the endpoint, unless that had answered', async () => {
  const cut = stage({ answer: async () => ({ kind: 'failed', failure: 'timeout' }) });
  await cut.run(PAYLOAD, AbortSignal.abort());
  expect([cut.ends, cut.told]).toEqual([[{ kind: 'untried', afterMs: 0 }], []]);
  const answered = stage();
  await answered.run(PAYLOAD, AbortSignal.abort());
  expect(answered.ends).toEqual([{ kind: 'delivered' }]);
});

it('an endpoint that is slow to answer keeps four hands busy, and no more', async () => {
  const waiting: (() => void)[] = [];
  const { run, ends, sent } = stage({ answer: () => new Promise((resolve) => waiting.push(() => resolve(TAKEN))) });
  const slow = [run(), run(), run(), run()];
  await expect.poll(() => waiting.length).toBe(4);
  await run();
  expect(ends).toEqual([{ kind: 'untried', afterMs: expect.any(Number) }]);
  expect(sent).toHaveLength(4);
  for (const answer of waiting) answer();
  await Promise.all(slow);
  const next = run();
  await expect.poll(() => waiting.length).toBe(5);
  waiting[4]?.();
  await next;
  expect(ends.filter(({ kind }) => kind === 'delivered')).toHaveLength(5);
});
