/**
 * The book of many clinics with years of appointments, whose providers all have calendars outside, through the
 * receptionist's own tools: how fast times are found
 * and booked, whether a race for a few times ends as it must, and by which plans. Options, each a number:
 * `--clinics --providers --years` (what is in the book, kept from run to run), `--rate --warming --parts --seconds` (the
 * mixed load), `--rounds --racers --slots` (the race), `--pool`. Linux.
 */
import { loadClinic } from '../../db/clinics.ts';
import { openPostgres } from '../../db/postgres.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { BookingStore } from '../../src/domain/ports.ts';
import { type Book, INSTALLED, openBook } from './booking/book.ts';
import { heedingBook } from './booking/calendars.ts';
import { benchClinic } from './booking/clinics.ts';
import { benchClock } from './booking/clock.ts';
import { type Latencies, mixedLoad } from './booking/mixed-load.ts';
import { type BookingOptions, bookingOptions } from './booking/options.ts';
import { checkPlans } from './booking/plan-check.ts';
import { processorTimeOf } from './booking/processor.ts';
import { type RaceResult, race } from './booking/race.ts';
import { loadFigures, raceFaults, raceFigures, toldPart, toldRound } from './booking/summary.ts';
import { machineFacts } from './figures/machine.ts';
import { type Figure, table } from './figures/table.ts';

export const about = 'checks and bookings against years of appointments, races for the same times, and the plans';

/** How the measured node calls itself in `pg_stat_activity`. */
const NODE = 'bench';

interface Stage {
  readonly book: Book;
  readonly options: BookingOptions;
  readonly clinics: readonly Clinic[];
  readonly bookings: BookingStore;
  readonly now: () => number;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function readClinics(book: Book, { clinics, providers }: BookingOptions): Promise<Clinic[]> {
  const found: Clinic[] = [];
  for (let n = 0; n < clinics; n += 1) {
    const clinic = await loadClinic(book.owner, { phone: benchClinic(n, providers).phone });
    if (clinic !== undefined) found.push(clinic);
  }
  return found;
}

/** Beginning anew where there are no more. */
function clinicAt(clinics: readonly Clinic[], n: number): Clinic {
  const clinic = clinics[n % clinics.length];
  if (clinic === undefined) throw new Error('there are no clinics in the book');
  return clinic;
}

async function loadParts({ book, options, ...load }: Stage): Promise<Latencies[]> {
  let placed = 0;
  const part = async (name: string, seconds: number): Promise<Latencies> => {
    const [latencies, cost] = await processorTimeOf(book.owner, NODE, () =>
      mixedLoad({ ...load, rate: options.rate }, seconds, placed),
    );
    placed += Math.ceil(options.rate * seconds);
    say(`${name}: ${toldPart(latencies, cost)}`);
    return latencies;
  };
  await part('warm-up', options.warming);
  const parts: Latencies[] = [];
  for (let n = 1; n <= options.parts; n += 1) parts.push(await part(`part ${n}`, options.seconds));
  return parts;
}

async function raceRounds({ book, options, clinics, bookings, now }: Stage): Promise<RaceResult[]> {
  const rounds: RaceResult[] = [];
  for (let n = 0; n < options.rounds; n += 1) {
    const setting = { ...options, clinic: clinicAt(clinics, n), bookings, owner: book.owner, now };
    const [result, cost] = await processorTimeOf(book.owner, NODE, () => race(setting));
    say(`round ${n + 1}: ${toldRound(result, cost)}`);
    rounds.push(result);
  }
  return rounds;
}

async function deadlocks(book: Book): Promise<number> {
  const [row] = await book.owner.unbound(
    'deadlocks',
    (sql) => sql<{ n: number }[]>`select deadlocks::int as n from pg_stat_database where datname = current_database()`,
  );
  return row?.n ?? Number.NaN;
}

async function measure(book: Book, options: BookingOptions): Promise<{ figures: Figure[]; faults: string[] }> {
  const clinics = await readClinics(book, options);
  const database = openPostgres({ url: book.server.url, poolSize: options.pool, applicationName: NODE });
  try {
    const stage: Stage = { book, options, clinics, bookings: heedingBook(database), now: benchClock() };
    const deadlocksBefore = await deadlocks(book);
    const parts = await loadParts(stage);
    const faults = await checkPlans(book, clinicAt(clinics, 0), stage.now, say);
    const rounds = await raceRounds(stage);
    faults.push(
      ...rounds.flatMap((each, n) => raceFaults(each, options.slots).map((what) => `round ${n + 1}: ${what}`)),
    );
    const deadlocked = (await deadlocks(book)) - deadlocksBefore;
    say(`deadlocks: ${deadlocked}`);
    if (deadlocked !== 0) faults.push(`${deadlocked} deadlocks`);
    return { figures: [...loadFigures(parts, options), ...raceFigures(rounds, options)], faults };
  } finally {
    await database.close();
  }
}

/** Resolves to false where something that must be so is not. */
export async function run(args: readonly string[]): Promise<boolean> {
  const options = bookingOptions(args);
  const machine = machineFacts();
  const { clinics, providers, years } = options;
  const book = await openBook({ clinics, providers, years }, (line) => say(`  ${line}`));
  try {
    const { figures, faults } = await measure(book, options);
    const loaded = book.loadedS === undefined ? 'kept from an earlier run' : `loaded in ${book.loadedS.toFixed(0)} s`;
    const settings = Object.entries(INSTALLED).map(([name, value]) => `${name} = ${value}`);
    say(`\n${table(figures)}\n`);
    say(`the book: ${loaded}; Postgres with ${settings.join(', ')}; ${options.pool} connections\n${machine}`);
    for (const fault of faults) say(`MISSED: ${fault}`);
    return faults.length === 0 && figures.every(({ value, goal }) => goal === undefined || value <= goal);
  } finally {
    await book.close();
  }
}
