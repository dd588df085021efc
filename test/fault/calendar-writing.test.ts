/**
 * Bookings, moves and cancellations flow over a dozen calendars while the workers that write them are killed, or while
 * Google is at its worst. In the end each confirmed appointment has exactly one event, a cancelled one none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openCalendarStand } from './calendar/stand.ts';
import { AT_ITS_WORST } from './calendar/weather.ts';

const isLong = Boolean(process.env.LONG_RUNS);
const KILLS = isLong ? 200 : 10;
const KILL_EVERY_MS = 300;
const FOUL_MS = isLong ? 30_000 : 3_000;
const LIMIT_MS = 400_000;

describe.concurrent('calendars show what is booked', { timeout: LIMIT_MS }, () => {
  it(`though ${KILLS} workers are killed in the middle of writing, one each ${KILL_EVERY_MS} ms`, async (context) => {
    const stand = await openCalendarStand(context);
    stand.flow.start(8);
    await stand.killHolders(KILLS, KILL_EVERY_MS);
    const tookMs = await stand.settled();
    process.stdout.write(`${JSON.stringify(stand.flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
    expect(stand.flow.made.unknown).toBe(0);
  });

  it('though Google fails in every way that it can, before and after it did what it was asked', async (context) => {
    const stand = await openCalendarStand(context, { faults: AT_ITS_WORST, missedCollisions: 0.01, reconciles: true });
    stand.flow.start(8);
    await sleep(FOUL_MS);
    const tookMs = await stand.settled();
    process.stdout.write(`${JSON.stringify(stand.flow.made)}, settled ${Math.round(tookMs)} ms after the last\n`);
    expect(stand.flow.made.booked).toBeGreaterThan(5);
  });
});
