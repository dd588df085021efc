/**
 * How much of texting is answered by the model: enough for anybody who writes in earnest, no more than a clinic has agreed
 * to pay for, and nobody to whom no answer may be sent. What goes beyond is stored, and left to staff, who are told once a
 * day.
 */
import type { PhoneNumber } from './clinic.ts';

export interface TextingSoFar {
  /** This telephone turned texts off: nothing may be sent to it. */
  readonly optedOut: boolean;
  /** Messages of this telephone in the last hour. */
  readonly ofNumber: number;
  /** Messages to the clinic in the last hour. */
  readonly ofClinic: number;
  /** What texting cost the clinic in the last 24 hours, model and messages, in US dollars; and what it may. */
  readonly spentUsd: number;
  readonly mostUsd: number;
}

export const TEXTING_LIMITS = { anHourOfNumber: 40, anHourOfClinic: 1_000 } as const;

export type TextingLimit = 'opted_out' | 'number' | 'clinic' | 'spend';

/** Which limit is passed; null where none is. */
export function textingLimit(soFar: TextingSoFar): TextingLimit | null {
  const { optedOut, ofNumber, ofClinic, spentUsd, mostUsd } = soFar;
  if (optedOut) return 'opted_out';
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
  const whose = limit === 'number' || limit === 'opted_out' ? `${limit}/${phone}` : limit;
  return { key: `limit/${whose}/${day}`, text: `${WHY[limit]} Please read what came in, and answer it yourselves.` };
}

/** What staff are told where the carrier refused for good what Ava wrote: once a day for its telephone. */
export function refusedTask(
  code: number,
  phone: PhoneNumber,
  day: string,
): { readonly key: string; readonly text: string } {
  const text = `What Ava wrote to them could not be sent (the carrier's error ${code}). Please read what they wrote, and call them.`;
  return { key: `refused/${phone}/${day}`, text };
}

const WHY: Readonly<Record<TextingLimit, string>> = {
  opted_out:
    'They turned text messages off, and write all the same: Ava does not answer, and only a call reaches them.',
  number: `More than ${TEXTING_LIMITS.anHourOfNumber} texts in an hour came from this number: Ava does not answer it.`,
  clinic: `More than ${TEXTING_LIMITS.anHourOfClinic} texts in an hour came in: Ava does not answer for now.`,
  spend: 'Texting has cost in 24 hours what you allow for it: Ava does not answer for now.',
};
