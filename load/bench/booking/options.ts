/** How much is loaded and measured: the whole form by default, less of it for work in between and for tests. */
import { parseArgs } from 'node:util';

const DEFAULTS = {
  clinics: 500,
  /** Of each clinic. */
  providers: 6,
  /** Of appointments, the booking horizon included. */
  years: 2,
  /** Checks and bookings a second together. */
  rate: 100,
  /** Seconds before the mixed load is measured. */
  warming: 10,
  /** How often it is measured, and for how long each. */
  parts: 3,
  seconds: 20,
  /** Of the race. */
  rounds: 20,
  racers: 500,
  slots: 20,
  /** Connections of the node, as DATABASE_POOL_SIZE. */
  pool: 10,
};

type Name = keyof typeof DEFAULTS;
export type BookingOptions = Readonly<Record<Name, number>>;

/** What need not be a whole number. */
const DIVISIBLE: ReadonlySet<string> = new Set<Name>(['years', 'warming', 'seconds']);

/** Throws for what it does not know. */
export function bookingOptions(args: readonly string[]): BookingOptions {
  const options = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const given = Object.entries(values).map(([name, text]) => [name, numberIn(name, String(text))]);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

function numberIn(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0) || !(Number.isInteger(number) || DIVISIBLE.has(name))) {
    throw new Error(`--${name} is a number above 0, not "${text}"`);
  }
  return number;
}
