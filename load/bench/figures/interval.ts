/** What a handful of repeated measurements says. */

/** Student's t for a two-sided 95 % interval, by degrees of freedom from 1; beyond, the last one is close enough. */
const T95 = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13];

export interface Interval {
  readonly mean: number;
  /** Half the width of the 95 % interval; infinite for a single value. */
  readonly plusMinus: number;
}

/** Throws where there are no values. */
export function intervalOf(values: readonly number[]): Interval {
  if (values.length === 0) throw new Error('nothing was measured');
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const t = T95[Math.min(values.length - 1, T95.length) - 1];
  if (t === undefined) return { mean, plusMinus: Number.POSITIVE_INFINITY };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, plusMinus: t * Math.sqrt(variance / values.length) };
}

/** The middle value, or the mean of the two in the middle. Throws where there are none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured');
  return (lower + upper) / 2;
}
