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

const SO_FAR = { ofNumber: 1, ofClinic: 1, spentUsd: 0, mostUsd: 10 };

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
    ...changes,
  };
  const desk = {
    book: {
      open: async () => true,
      receive: async () => 'kept' as const,
      claim: async () => null,
      extend: async () => undefined,
      save: async () => true,
      finish: async (_: unknown, end: TextingEnd) => ends.push(end) > 0,
      leave: async () => undefined,
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
    events: { emit: () => undefined },
    now: () => NOW,
  };
  await answerThread(desk, claim, new AbortController().signal, () => false);
  return { reply: ends[0]?.reply?.body, asked: briefs.map(({ items }) => items), confirmed };
}

it('C is answered by rule: the appointment is confirmed, and no model is asked', async () => {
  const { reply, asked, confirmed } = await answered(['C'], APPOINTMENT);
  expect([confirmed, asked]).toEqual([['a-1'], []]);
  expect(reply).toMatch(/you are confirmed/);
});

it('R goes on as a conversation, of which the model is told what it is about', async () => {
  const { reply, asked } = await answered(['R'], APPOINTMENT);
  expect(reply).toMatch(/Let me see\.$/);
  expect(asked[0]).toMatchObject([
    { kind: 'customer', text: 'R' },
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
