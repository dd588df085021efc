/** Nodes that are killed one after the other while two dozen callers book. */
import { describe, expect, it } from 'vitest';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 600_000;
const CALLERS = 24;

describe('nodes that are killed, however often', () => {
  it('keep everybody talking', { timeout: LIMIT_MS }, async (context) => {
    const cluster = await openCluster(context);
    const calls = Array.from({ length: CALLERS }, (_, n) =>
      cluster.place(`+155501002${String(n).padStart(2, '0')}`, 'book'),
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
