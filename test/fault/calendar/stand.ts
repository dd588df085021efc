/** Workers, stores and a simulated Google over which changes of appointments flow; taken down with the test. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import type { FaultPlan } from '../../sim/google/faults.ts';
import { type GoogleSim, startGoogleSim } from '../../sim/google/server.ts';
import { SEED, seededRandom } from '../../support/seed.ts';
import { type FreshService, freshDatabase, freshRedis } from '../../support/services.ts';
import { type Fleet, openFleet } from '../fleet.ts';
import { claimHolders, discrepancies, type Flow, openCalendars, openFlow, readOutbox } from './flow.ts';

export interface CalendarStandOptions {
  /** Of the test's own, where it is to fail; the run's where absent. */
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  readonly faults?: FaultPlan['faults'];
  /** In [0, 1]. */
  readonly missedCollisions?: number;
  /** Whether the reconciler runs, every other second. */
  readonly reconciles?: boolean;
}

export interface CalendarStand {
  readonly database: Database;
  readonly sim: GoogleSim;
  readonly fleet: Fleet;
  readonly flow: Flow;
  /** Kills workers that hold a claim, one each `everyMs`, or as soon as there is one. */
  killHolders(kills: number, everyMs: number): Promise<void>;
  /** Ends the flow, and resolves once the calendars show what is booked; answers after how many milliseconds. */
  settled(): Promise<number>;
}

const CALENDARS = 12;
const WORKERS = 4;
const START_LIMIT_MS = 20_000;
const SETTLED_WITHIN_MS = 120_000;
/** A request takes a while, so that a worker dies in the middle of its work. */
const SLOW: NonNullable<FaultPlan['faults']>[number] = { kind: 'delay', ms: [20, 120] };

export async function openCalendarStand(
  { onTestFinished }: TestContext,
  options: CalendarStandOptions = {},
): Promise<CalendarStand> {
  /** Given back with the test. */
  const ownOf = async (asked: Promise<FreshService>): Promise<string> => {
    const service = await asked;
    onTestFinished(() => service.drop());
    return service.url;
  };
  const { faults = [], missedCollisions = 0, reconciles = false } = options;
  const databaseUrl = options.databaseUrl ?? (await ownOf(freshDatabase()));
  const redisUrl = options.redisUrl ?? (await ownOf(freshRedis()));
  const sim = await startGoogleSim({ missedCollisions, faults: { seed: SEED, faults: [SLOW, ...faults] } });
  onTestFinished(() => sim.stop());
  const database = openPostgres({ url: databaseUrl, poolSize: 6 });
  onTestFinished(() => database.close());
  const calendars = await openCalendars(database, sim, CALENDARS);
  const fleet = openFleet(WORKERS, 'calendar/main.ts', { databaseUrl, redisUrl, googleUrl: sim.url, reconciles });
  onTestFinished(() => fleet.close());
  const flow = openFlow(database, calendars, seededRandom(SEED));
  onTestFinished(() => flow.stop());
  await fleet.ready(START_LIMIT_MS);

  async function killHolders(kills: number, everyMs: number): Promise<void> {
    for (let killed = 0; killed < kills; killed += 1) {
      const rest = sleep(everyMs);
      while (!(await claimHolders(database)).some((number) => fleet.kill(number))) await sleep(10);
      await rest;
    }
  }

  async function settled(): Promise<number> {
    await flow.stop();
    const begunAt = performance.now();
    for (;;) {
      const { due, reasons } = await readOutbox(database);
      const wrong = due === 0 ? await discrepancies(database, sim) : [];
      const tookMs = performance.now() - begunAt;
      if (due === 0 && (wrong.length === 0 || !reconciles)) {
        if (wrong.length > 0) throw new Error(wrong.join('\n'));
        return tookMs;
      }
      if (tookMs > SETTLED_WITHIN_MS) {
        throw new Error(`${due} due (${reasons}), ${wrong.join('\n')}; workers said:\n${fleet.tail()}`);
      }
      await sleep(100);
    }
  }
  return { database, sim, fleet, flow, killHolders, settled };
}
