import { describe, expect, it } from 'vitest';
import { addDays, instantOf, wallClock } from '../../src/domain/clinic-time.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { startAva } from '../support/ava.ts';

/** A Monday to a Sunday in New York, in the week in which the clocks change. */
const WEEK = ['26', '27', '28', '29', '30', '31'].map((day) => `2026-10-${day}`).concat('2026-11-01');
const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const moments = WEEK.flatMap((date, i) => [
  { name: `${NAMES[i]} at ten`, date, minute: 10 * 60 },
  { name: `${NAMES[i]}, ten minutes to midnight`, date, minute: 24 * 60 - 10 },
]);

describe.concurrent('a caller books Botox for tomorrow at 2 PM', () => {
  it.each(moments)('on a $name', { timeout: 90_000 }, async ({ date, minute }) => {
    const at = new Date(instantOf(date, minute, 'America/New_York') ?? 0).toISOString();
    const ava = await startAva({ at });
    try {
      const call = ava.place(scenario('book'), { from: '+15550107777' });
      const end = await call.ended;
      const conversation = await ava.conversation(call);
      const heard = call.heardText;

      expect(end.by, heard).toBe('twiml');
      expect(call.log.violations).toEqual([]);
      expect(heard).toMatch(/^Thank you for calling Radiance Med Spa\. This is Ava, the AI assistant\./);
      expect(heard).toMatch(/tomorrow, \w+, \w+ \d+(st|nd|rd|th) at 2 PM/i);
      expect(heard).toMatch(
        /You're booked for Botox tomorrow, \w+, \w+ \d+(st|nd|rd|th) at 2 PM with (Priya Sharma|Dr\. Elena Ruiz)\./,
      );
      expect(heard).not.toMatch(/re-?check|let me check that again|didn't (catch|get)/i);

      expect(conversation.outcome).toBe('appointment_scheduled');
      expect(conversation.toolCalls.map((tool) => [tool.name, tool.success])).toEqual([
        ['check_availability', true],
        ['book_appointment', true],
        ['end_call', true],
      ]);
      const startsAt = instantOf(addDays(date, 1), 14 * 60, 'America/New_York');
      expect(conversation.appointments).toEqual([
        expect.objectContaining({
          status: 'confirmed',
          service: 'Botox',
          startsAt,
          endsAt: (startsAt ?? 0) + 30 * 60_000,
          customer: 'Jordan Lee',
          phone: '+15550100142',
          email: 'jordan.lee@example.com',
        }),
      ]);
      expect(wallClock(conversation.appointments[0]?.startsAt ?? 0, 'America/New_York').minute).toBe(14 * 60);

      // Both sides of the conversation are on record, in order, as they were spoken and heard.
      const said = conversation.turns.filter((turn) => turn.role === 'customer').map((turn) => turn.text);
      expect(said).toEqual(call.said.map((each) => each.text));
      const told = conversation.turns.filter((turn) => turn.role === 'assistant').map((turn) => turn.text);
      expect(told.join(' ')).toBe(heard);
      expect(conversation.turns.map((turn) => turn.n)).toEqual(conversation.turns.map((_, i) => i + 1));
    } finally {
      await ava.stop();
    }
  });
});
