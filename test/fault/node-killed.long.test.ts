/** Nodes that are killed one after the other while two dozen callers book. */
import { describe, expect, it } from 'vitest';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 600_000;
const CALLERS = 24;

/** A day of their own, from the day after tomorrow on: whoever loses a race for a time often enough gives up. */
function wishOf(n: number): string {
  const day = new Date(Date.now() + (2 + n) * 86_400_000);
  const date = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: 'UTC' }).format(day);
  return `${date} at 10 AM`;
}

describe('nodes that are killed, however often', () => {
  it('keep everybody talking', { timeout: LIMIT_MS }, async (context) => {
    const cluster = await openCluster(context);
    const calls = Array.from({ length: CALLERS }, (_, n) =>
      cluster.place(`+155501002${String(n).padStart(2, '0')}`, 'book', { when: wishOf(n) }),
    );
    const kills = await cluster.killOneAfterAnother(Promise.all(calls.map((call) => call.ended)));
    expect(kills).toBeGreaterThan(1);
    for (const call of calls) {
      expect([call.end?.by, call.heardText]).toEqual(['twiml', expect.stringMatching(/You're booked/)]);
      expect(await cluster.appointmentsOf(call)).toBe(1);
      expect((await cluster.recordOf(call)).outcome).toBe('appointment_scheduled');
    }
    await cluster.sessionsGone();
  });
});
