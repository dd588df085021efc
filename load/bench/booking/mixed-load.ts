/**
 * Callers under an open load: each looks for a time twice and books one, each of the three when it is due, whether or
 * not the node keeps up; latency counts from then, so that a stall is paid for by all who came in it. Two callers of
 * one clinic are as far apart as there are clinics, so that they hardly ever want the same.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clinic, providersOf } from '../../../src/domain/clinic.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import { type Random, seededRandom } from '../../../test/support/seed.ts';
import { type Caller, caller, phoneOf } from './caller.ts';

export interface MixedLoad {
  readonly clinics: readonly Clinic[];
  readonly bookings: BookingStore;
  readonly now: () => number;
  /** Checks and bookings a second together. */
  readonly rate: number;
}

export interface Latencies {
  /** ms, from when each was due. */
  readonly checks: readonly number[];
  readonly bookings: readonly number[];
  /** Callers to whom nothing was offered, or who lost the time to another. */
  readonly inVain: number;
}

const DEEDS_A_CALLER = 3;
/** Between two deeds of a caller. */
const THINKING_MS = 1_000;
const SEED = 1;

/** What callers ask for: exact times, days, parts of days, weeks, one person. */
const WISHES: readonly ((random: Random, provider: string) => Readonly<Record<string, string>>)[] = [
  () => ({ when: 'tomorrow at 2 PM' }),
  (random) => ({ date: dateOf(random), time: '10:00' }),
  (random) => ({ date: dateOf(random) }),
  () => ({ when: 'next Tuesday afternoon' }),
  (random, provider) => ({ date: dateOf(random), time: 'morning', provider }),
  () => ({ when: 'next week' }),
  () => ({ when: 'as soon as possible' }),
];

/** A day of March or April 2026. */
function dateOf(random: Random): string {
  return new Date(Date.UTC(2026, 2, 3 + Math.floor(random() * 55))).toISOString().slice(0, 10);
}

/** Places the callers of so many seconds, the first of them of number `first`; resolves once all were answered. */
export async function mixedLoad(load: MixedLoad, seconds: number, first: number): Promise<Latencies> {
  const count = Math.max(1, Math.round((load.rate * seconds) / DEEDS_A_CALLER));
  const random = seededRandom(SEED + first);
  let dueAt = performance.now();
  const visits: Promise<Latencies>[] = [];
  for (let n = first; n < first + count; n += 1) {
    // Independent arrivals.
    dueAt += (-Math.log(1 - random()) * 1000 * DEEDS_A_CALLER) / load.rate;
    await until(dueAt);
    const made = visit(load, n, random, dueAt);
    // Told of below, with the others.
    made.catch(() => undefined);
    visits.push(made);
  }
  const made = await Promise.all(visits);
  return {
    checks: made.flatMap(({ checks }) => checks),
    bookings: made.flatMap(({ bookings }) => bookings),
    inVain: made.reduce((sum, { inVain }) => sum + inVain, 0),
  };
}

async function visit(load: MixedLoad, n: number, random: Random, dueAt: number): Promise<Latencies> {
  const clinic = load.clinics[n % load.clinics.length];
  if (clinic === undefined) throw new Error('there are no clinics');
  const service = pick(clinic.services, random);
  const provider = pick(providersOf(clinic, service), random).name;
  const wishes = [pick(WISHES, random)(random, provider), pick(WISHES, random)(random, provider)];
  const who = caller({ ...load, clinic, phone: phoneOf(n) });
  const checks: number[] = [];
  let nextAt = dueAt;
  for (const wish of wishes) {
    await until(nextAt);
    await succeeded(who, { service: service.name, ...wish });
    checks.push(performance.now() - nextAt);
    nextAt += THINKING_MS;
  }
  if (who.offers() === 0) return { checks, bookings: [], inVain: 1 };
  await until(nextAt);
  const answer = await who.use('book_appointment', { slot_id: '1', customer_name: 'Ada Quinn' });
  const tookMs = performance.now() - nextAt;
  if (answer.success) return { checks, bookings: [tookMs], inVain: 0 };
  if (answer['error'] === 'slot_taken') return { checks, bookings: [], inVain: 1 };
  throw new Error(`a booking was answered ${JSON.stringify(answer)}`);
}

async function succeeded(who: Caller, wish: object): Promise<void> {
  const answer = await who.use('check_availability', wish);
  if (!answer.success) throw new Error(`a check was answered ${JSON.stringify(answer)}`);
}

/** A timer that fires late is part of the figure: spinning for it would take the processor from the database. */
async function until(at: number): Promise<void> {
  const leftMs = at - performance.now();
  if (leftMs > 0) await sleep(leftMs);
}

function pick<T>(choices: readonly T[], random: Random): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new Error('nothing to choose from');
  return choice;
}
