/**
 * How much of texting is answered by the model: enough for anybody who writes in earnest, and no more than a clinic has
 * agreed to pay for. What goes beyond is stored, told once, and left to staff.
 */
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
