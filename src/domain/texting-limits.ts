/**
 * How much of texting is answered by the model: enough for anybody who writes in earnest, and no more than a clinic has
 * agreed to pay for. What goes beyond is stored, and left to staff, who are told once a day.
 */
import type { PhoneNumber } from './clinic.ts';

export interface TextingSoFar {
  /** Messages of this telephone in the last hour. */
  readonly ofNumber: number;
  /** Messages to the clinic in the last hour. */
  readonly ofClinic: number;
  /** What texting cost the clinic in the last 24 hours, model and messages, in US dollars; and what it may. */
  readonly spentUsd: number;
  readonly mostUsd: number;
}

export const TEXTING_LIMITS = { anHourOfNumber: 40, anHourOfClinic: 1_000 } as const;

export type TextingLimit = 'number' | 'clinic' | 'spend';

/** Which limit is passed; null where none is. */
export function textingLimit({ ofNumber, ofClinic, spentUsd, mostUsd }: TextingSoFar): TextingLimit | null {
  if (ofNumber > TEXTING_LIMITS.anHourOfNumber) return 'number';
  if (ofClinic > TEXTING_LIMITS.anHourOfClinic) return 'clinic';
  return spentUsd >= mostUsd ? 'spend' : null;
}

/** What staff are told where a limit is passed: once for its key, which is a day's (clinic time, `YYYY-MM-DD`). */
export function limitTask(
  limit: TextingLimit,
  phone: PhoneNumber,
  day: string,
): { readonly key: string; readonly text: string } {
  const key = limit === 'number' ? `limit/number/${phone}/${day}` : `limit/${limit}/${day}`;
  return { key, text: `${WHY[limit]} Please read what came in, and answer it yourselves.` };
}

const WHY: Readonly<Record<TextingLimit, string>> = {
  number: `More than ${TEXTING_LIMITS.anHourOfNumber} texts in an hour came from this number: Ava does not answer it.`,
  clinic: `More than ${TEXTING_LIMITS.anHourOfClinic} texts in an hour came in: Ava does not answer for now.`,
  spend: 'Texting has cost in 24 hours what you allow for it: Ava does not answer for now.',
};
