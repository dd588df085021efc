/**
 * The golden paths of a clinic's telephone, told to any stand: what callers do, what they must have heard, and what must
 * be in the book and the record then. Day and hour are the stand's.
 */
import { expect } from 'vitest';
import type { Clinic } from '../../src/domain/clinic.ts';
import { addDays, instantOf, wallClock, weekdayOf } from '../../src/domain/clinic-time.ts';
import { spokenMinute } from '../../src/domain/spoken.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import type { ToldAppointment, ToldCall } from './told-call.ts';

export interface GoldenStand {
  readonly clinic: Clinic;
  /** When the caller calls; ms since the epoch. */
  readonly at: number;
  /** Whether its model does nothing that a good receptionist would not. */
  readonly flawless: boolean;
  /** A call from its first ring to its closed record. */
  call(script: CallerScript): Promise<ToldCall>;
  /** What stands in the book of those that callers here made. */
  appointments(): Promise<readonly ToldAppointment[]>;
  /** Takes every time of a day for a service, as other callers would. */
  fill(service: string, date: string): Promise<void>;
}

export type GoldenPath = (stand: GoldenStand) => Promise<void>;

const JORDAN = { customer: 'Jordan Lee', phone: '+15550100142', email: 'jordan.lee@example.com' };
const GREETING = /^Thank you for calling Radiance Med Spa\. This is Ava, the AI assistant\./;
const LOOPS = /re-?check|let me check that again/i;
/** What she says is done, in the words that the tools give her. */
const CLAIM =
  /you're (?:now )?booked for (.+?) (?:on |today|tomorrow)[^.]*? at (\d+(?::\d\d)? [AP]M) with ((?:Dr\. )?[^.]+)\./gi;

export const GOLDEN_PATHS: Readonly<Record<string, GoldenPath>> = {
  book: async (stand) => {
    const call = await told(stand, 'book');
    expect(call.heard).toMatch(/tomorrow, \w+, \w+ \d+(?:st|nd|rd|th) at 2 PM/i);
    expect(call.heard).toMatch(/You're booked for Botox tomorrow, .* at 2 PM with (?:Priya Sharma|Dr\. Elena Ruiz)\./);
    expect(call.outcome).toBe('appointment_scheduled');
    expectTools(stand, call, ['check_availability', 'book_appointment', 'end_call']);
    const startsAt = instantOn(stand, tomorrow(stand), 14);
    expect(await stand.appointments()).toEqual([
      expect.objectContaining({ ...JORDAN, service: 'Botox', startsAt, endsAt: startsAt + 30 * 60_000 }),
    ]);
  },

  reschedule: async (stand) => {
    await told(stand, 'book');
    const [made] = await stand.appointments();
    const call = await told(stand, 'reschedule');
    expect(call.heard).toMatch(/found your appointment: Botox tomorrow, .* at 2 PM with /);
    expect(call.heard).toMatch(/moved: you're now booked for Botox on \w+, .* \d+(?::\d\d)? PM with /);
    expect(call.outcome).toBe('rescheduled');
    // Whose it is must be asked where no telephone's number tells.
    const finds = Array.from({ length: call.channel === 'voice' ? 1 : 3 }, () => 'find_appointments');
    expectTools(stand, call, [...finds, 'check_availability', 'reschedule_appointment', 'end_call']);
    const [moved, ...others] = await stand.appointments();
    expect(others).toEqual([]);
    expect(moved).toMatchObject({ ...JORDAN, id: made?.id, service: 'Botox' });
    const { date, minute } = wallClock(moved?.startsAt ?? 0, stand.clinic.timeZone);
    expect(date).toBe(addDays(tomorrow(stand), 1));
    expect(minute).toBeGreaterThanOrEqual(12 * 60);
  },

  'fully-booked': async (stand) => {
    await stand.fill('Hydrafacial', tomorrow(stand));
    const call = await told(stand, 'fully-booked');
    expect(call.heard).toMatch(/fully booked tomorrow\. The next available times are /i);
    expect(call.heard).not.toMatch(/tomorrow[^.?!]* 3 PM|3 PM[^.?!]* tomorrow/i);
    expect(['browsing', 'info_only']).toContain(call.outcome);
    const checks = call.toolCalls.filter(({ name, success }) => name === 'check_availability' && success);
    expect(checks.at(-1)?.answer).toMatchObject({ slots: [], fully_booked: true, next_available: expect.any(Array) });
    expect(await stand.appointments()).toEqual([]);
  },

  'named-provider': async (stand) => {
    const call = await told(stand, 'named-provider');
    expect(call.heard).toMatch(/booked for Consultation .*4 PM with Priya Sharma\./);
    expect(call.outcome).toBe('appointment_scheduled');
    expectTools(stand, call, ['check_availability', 'check_availability', 'book_appointment', 'end_call']);
    const startsAt = instantOn(stand, wednesdayOfNextWeek(stand), 16);
    expect(await stand.appointments()).toEqual([
      expect.objectContaining({ ...JORDAN, service: 'Consultation', provider: 'Priya Sharma', startsAt }),
    ]);
  },
};

/** One caller's call, of which everything is true that is true of any. */
async function told(stand: GoldenStand, name: string): Promise<ToldCall> {
  const call = await stand.call(scenario(name));
  const { heard, said, turns } = call;
  expect(heard).toMatch(GREETING);
  expect(heard).not.toMatch(LOOPS);
  expect(wordsOf(turns, 'customer')).toEqual(said);
  expect(wordsOf(turns, 'assistant').join(' ')).toBe(heard);
  expect(turns.map(({ n }) => n)).toEqual(turns.map((_, i) => i + 1));
  expectTruth(stand, call, await stand.appointments());
  return call;
}

/** Whatever she said is done stands in the book. */
function expectTruth({ clinic }: GoldenStand, { heard }: ToldCall, appointments: readonly ToldAppointment[]): void {
  const claims = [...heard.matchAll(CLAIM)].map(([, service, time, provider]) => ({ service, time, provider }));
  const rows = appointments.map(({ service, startsAt, provider }) => ({
    service,
    time: spokenMinute(wallClock(startsAt, clinic.timeZone).minute),
    provider,
  }));
  for (const claim of claims) expect(rows, heard).toContainEqual(claim);
  expect(claims.length, heard).toBe(heard.match(/\bbooked for\b/g)?.length ?? 0);
}

/** These and no others of a flawless model; of another one these at least. */
function expectTools({ flawless }: GoldenStand, { toolCalls }: ToldCall, names: readonly string[]): void {
  const succeeded = toolCalls.filter(({ success }) => success).map(({ name }) => name);
  if (flawless) expect(toolCalls.map(({ name }) => name)).toEqual(names);
  for (const name of new Set(names)) expect(succeeded).toContain(name);
}

function wordsOf(turns: ToldCall['turns'], role: string): string[] {
  return turns.filter((turn) => turn.role === role).map(({ text }) => text);
}

function tomorrow({ at, clinic }: GoldenStand): string {
  return addDays(wallClock(at, clinic.timeZone).date, 1);
}

/** Weeks begin on Monday. */
function wednesdayOfNextWeek({ at, clinic }: GoldenStand): string {
  const today = wallClock(at, clinic.timeZone).date;
  return addDays(today, 7 + 3 - weekdayOf(today));
}

function instantOn({ clinic }: GoldenStand, date: string, hour: number): number {
  const instant = instantOf(date, hour * 60, clinic.timeZone);
  if (instant === undefined) throw new Error(`no ${hour} o'clock on ${date}`);
  return instant;
}
