/** Golden path 5: an appointment made by text messages. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../actors/kernel/clock.ts';
import { conversationByText, type StoredConversation } from '../../db/conversation-reader.ts';
import { addDays, instantOf, wallClock } from '../../src/domain/clinic-time.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { RADIANCE } from '../support/outside.ts';
import { type Answers, converse, texter } from '../support/texter.ts';

/** A day in each of seven weeks, so that no two threads wish for the same Tuesday. */
const DAYS = ['2026-10-26', '2026-11-03', '2026-11-11', '2026-11-19', '2026-11-27', '2026-12-05', '2026-12-13'];
const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const QUICK = { settleMs: 30, wordlessMs: 30, usefulForMs: 3_600_000 };

const GREETING = 'Hi, I need a laser hair removal appointment';
const ANSWERS: Answers = [
  [/what day|which day|day and time/i, 'Next Tuesday around 11 AM'],
  [/your full name/i, 'Jordan Lee'],
  [/phone number/i, 'This number is fine'],
  [/email/i, 'jordan.lee@example.com'],
  [/11(:00)? AM/, '11 AM works'],
];
const TOOLS = ['book_appointment', 'check_availability', 'end_call'];
const BOOKED = /You're booked for Laser hair removal .* at 11 AM with /;

/** The machine's clock, at whatever day a test sets it to. */
function movableClock() {
  const real = systemClock();
  let ahead = 0;
  return {
    now: () => real.now() + ahead,
    wakeAt: (at: number, wake: () => void) => real.wakeAt(at - ahead, wake),
    set: (now: number) => {
      ahead = now - real.now();
    },
  };
}

function stored(
  ava: AvaStand,
  phone: string,
  isSo: (found: StoredConversation) => boolean,
): Promise<StoredConversation> {
  return until(`the record of ${phone}`, 15_000, async () => {
    const found = await conversationByText(ava.database, ava.clinic.id, phone);
    return found && isSo(found) ? found : undefined;
  });
}

describe.concurrent.each(['receptionist', 'clumsy'] as const)('with the %s brain', (brain) => {
  const clock = movableClock();
  let ava: AvaStand;
  beforeAll(async () => {
    ava = await startAva({ clock, openai: { brain, pace: 100 }, threadTimes: QUICK });
  });
  afterAll(() => ava.stop());

  it('books laser hair removal for next Tuesday at 11 on every day of the week', { timeout: 60_000 }, async () => {
    for (const [n, date] of DAYS.entries()) {
      clock.set(instantOf(date, n % 2 === 0 ? 10 * 60 : 24 * 60 - 10, 'America/New_York') ?? 0);
      expect(NAMES[wallClock(clock.now(), 'America/New_York').weekday - 1]).toBe(NAMES[n]);
      const who = texter(ava.twilio, `+1555011000${n}`, RADIANCE);

      expect(await converse(who, GREETING, ANSWERS, BOOKED), date).toMatch(BOOKED);
      await who.writes("No, that's all. Thank you, goodbye!");

      const conversation = await stored(ava, who.phone, ({ status }) => status === 'ended');
      expect(conversation).toMatchObject({ status: 'ended', outcome: 'appointment_scheduled' });
      expect(conversation.appointments).toEqual([
        expect.objectContaining({
          status: 'confirmed',
          service: 'Laser hair removal',
          startsAt: instantOf(nextTuesday(date), 11 * 60, 'America/New_York'),
          customer: 'Jordan Lee',
          phone: who.phone,
          email: 'jordan.lee@example.com',
        }),
      ]);
      const tools = conversation.toolCalls.filter(({ success }) => success).map(({ name }) => name);
      expect(tools).toEqual(expect.arrayContaining(brain === 'clumsy' ? TOOLS.slice(0, 2) : TOOLS));
      expect(tools.length).toBeLessThanOrEqual(brain === 'clumsy' ? 10 : TOOLS.length);
      expect(tools.filter((name) => name === 'book_appointment')).toHaveLength(1);
      // The whole thread is on record, in order, as it was written and sent.
      const told = conversation.turns.filter(({ role }) => role === 'assistant').map(({ text }) => text);
      expect(told).toEqual(who.received());
      expect(told[0]).toMatch(/^This is Ava, the AI assistant of Radiance Med Spa\. /);
      expect(conversation.turns.map(({ n: place }) => place)).toEqual(conversation.turns.map((_, at) => at + 1));
      expect(conversation.costUsd).toBeGreaterThan(0.05);
    }
    const { score } = await stored(ava, '+15550110000', (each) => each.score !== null);
    expect(score).toMatchObject({ sentiment: 'positive', failed: false });
  });
});

/** As the receptionist understands it: the Tuesday of next week. */
function nextTuesday(date: string): string {
  const { weekday } = wallClock(instantOf(date, 600, 'America/New_York') ?? 0, 'America/New_York');
  return addDays(date, 7 - weekday + 2);
}
