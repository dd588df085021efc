/** How much is done: the whole form by default, less of it for work in between. */
import { parseArgs } from 'node:util';
import { SEED } from '../../../test/support/seed.ts';

const DEFAULTS = {
  /** Callers who talk at all times. */
  calls: 150,
  /** In which servers are killed. */
  minutes: 3,
  /** Seconds from one kill to the next. */
  every: 10,
  servers: 3,
  seed: SEED,
};

export interface SurviveOptions extends Readonly<typeof DEFAULTS> {
  /** A file for all that was recorded, to look closer. */
  readonly keep: string | undefined;
}

/** Throws for what it does not know. */
export function surviveOptions(args: readonly string[]): SurviveOptions {
  const names = ['keep', ...Object.keys(DEFAULTS)];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { keep, ...values } = parseArgs({ args: [...args], options }).values;
  const given = Object.entries(values).map(([name, text]) => [name, positive(name, String(text))]);
  return { ...DEFAULTS, ...Object.fromEntries(given), keep };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} is a number above 0, not "${text}"`);
  return number;
}
