/** Replies to texts about appointments, as threads are answered. */
import { expect, it } from 'vitest';
import { answerThread } from '../../src/bin/text-desk.ts';
import type { LastNotice } from '../../src/domain/notice-replies.ts';
import type { AnswerClaim, TextBrief, TextingEnd } from '../../src/domain/texting.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';
import { memoryBookingStore } from '../support/memory-bookings.ts';
import { radiance } from '../support/memory-clinics.ts';
import { memoryMessageStore } from '../support/memory-messages.ts';

const NOW = Date.UTC(2026, 2, 2, 15);
const APPOINTMENT: LastNotice = { kind: 'appointment', appointmentId: 'a-1', startsAt: NOW + 1, active: true };

const SO_FAR = { optedOut: false, ofNumber: 1, ofClinic: 1, spentUsd: 0, mostUsd: 10 };

/** Answers these texts after that notice; the model always says "Let me see." */
async function answered(bodies: readonly string[], last: LastNotice | null, changes: Partial<AnswerClaim> = {}) {
  const briefs: TextBrief[] = [];
  const confirmed: string[] = [];
  const ends: TextingEnd[] = [];
  const claim: AnswerClaim = {
    clinicId: radiance.id,
    threadId: 'thread',
    token: 'token',
    forMs: 1_000,
    phone: '+15550123456',
    conversationId: 'conversation',
    conversation: null,
    texts: bodies.map((body, n) => ({ id: String(n), body, media: 0 })),
    withStaff: false,
    customerName: null,
    soFar: SO_FAR,
    waitedMs: 0,
    settleMs: 0,
    ...changes,
  };
  const desk = {
    book: {
      open: async () => true,
      receive: async () => 'kept' as const,
      claim: async () => null,
      extend: async () => undefined,
      waiting: async () => new Map<string, number>(),
      save: async () => 'saved' as const,
      finish: async (_: unknown, end: TextingEnd) => {
        ends.push(end);
        return 'saved' as const;
      },
      leave: async () => undefined,
      idle: async () => null,
      quiet: async () => [],
      end: async () => true,
    },
    directory: { byId: async () => radiance },
    bookings: memoryBookingStore(),
    messages: memoryMessageStore(),
    replies: {
      last: async () => last,
      confirm: async (_: string, id: string) => confirmed.push(id) > 0,
      offer: async () => null,
      accept: async () => undefined,
    },
    ask: async (brief: TextBrief) => {
      briefs.push(brief);
      return { text: 'Let me see.', calls: [], usage: NO_USAGE };
    },
    watch: { begin: () => ({ more: new AbortController().signal, end: () => undefined }) },
    events: { emit: () => undefined },
    now: () => NOW,
  };
  const signal = new AbortController().signal;
  await answerThread(desk, claim, { signal, isLast: () => false, joins: true });
  return { reply: ends[0]?.reply?.body, asked: briefs.map(({ items }) => items), confirmed };
}

it('C is answered by rule: the appointment is confirmed, and no model is asked', async () => {
  const { reply, asked, confirmed } = await answered(['C'], APPOINTMENT);
  expect([confirmed, asked]).toEqual([['a-1'], []]);
  expect(reply).toMatch(/you are confirmed/);
});

it('R goes on as a conversation: the model reads what the letter stands for, and what it is about', async () => {
  const { reply, asked } = await answered(['R'], APPOINTMENT);
  expect(reply).toMatch(/Let me see\.$/);
  expect(asked[0]).toMatchObject([
    { kind: 'customer', text: 'R (I want to reschedule my appointment.)' },
    { kind: 'note', text: expect.stringContaining('a-1') },
  ]);
});

it.each([
  ['where nothing was told before', ['C'], null],
  ['with more that was written', ['C', 'and where do I park?'], APPOINTMENT],
  ['in other words', ['Can I bring a friend?'], APPOINTMENT],
])('a text is for the model %s', async (_, bodies, last) => {
  const { asked, confirmed } = await answered(bodies, last);
  expect(asked).toHaveLength(1);
  expect(confirmed).toEqual([]);
});

it('nothing is confirmed behind the back of staff who took the thread over', async () => {
  const { reply, asked, confirmed } = await answered(['C'], APPOINTMENT, { withStaff: true });
  expect([reply, asked, confirmed]).toEqual([undefined, [], []]);
});

it('texts that are sent in one go come in one by one: nothing is answered before the moment for that is over', async () => {
  const since = performance.now();
  await answered(['C'], null, { settleMs: 80, waitedMs: 20 });
  expect(performance.now() - since).toBeGreaterThan(55);
  const then = performance.now();
  await answered(['C'], null, { settleMs: 60_000, waitedMs: 60_000 });
  expect(performance.now() - then).toBeLessThan(30_000);
});
