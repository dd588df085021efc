/** How much is measured: the whole form by default, less of it for work in between. */
import { parseArgs } from 'node:util';
import { VARIANT_NAMES, type VariantName } from './variants.ts';

export interface RelayOptions {
  /** Calls at once, level by level, rising. */
  readonly calls: readonly number[];
  /** How often all variants are measured, by turns. */
  readonly pairs: number;
  /** Of the steady window of each level. */
  readonly seconds: number;
  readonly variants: readonly VariantName[];
  /** A folder for a CPU profile of each run of Ava. */
  readonly profiles: string | undefined;
}

const DEFAULTS = { calls: '50,100,150', pairs: '5', seconds: '10', variants: VARIANT_NAMES.join(',') };

/** Throws for what it does not know. */
export function relayOptions(args: readonly string[]): RelayOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: DEFAULTS.calls },
      pairs: { type: 'string', default: DEFAULTS.pairs },
      seconds: { type: 'string', default: DEFAULTS.seconds },
      variants: { type: 'string', default: DEFAULTS.variants },
      profiles: { type: 'string' },
    },
  });
  return {
    calls: values.calls
      .split(',')
      .map(wholeNumber)
      .toSorted((a, b) => a - b),
    pairs: wholeNumber(values.pairs),
    seconds: wholeNumber(values.seconds),
    variants: values.variants.split(',').map(variantName),
    profiles: values.profiles,
  };
}

/** Throws for anything else. */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`"${text}" is no whole number above 0`);
  return number;
}

function variantName(text: string): VariantName {
  const name = VARIANT_NAMES.find((each) => each === text);
  if (name === undefined) throw new Error(`there is no variant "${text}"; there are ${VARIANT_NAMES.join(', ')}`);
  return name;
}
