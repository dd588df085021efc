/** When caller frames travel in pairs: it spares a busy node a third of its work, and costs a caller up to 40 ms. */
export const PAIR_FRAMES = ['never', 'always', 'when_busy'] as const;
export type PairFrames = (typeof PAIR_FRAMES)[number];

export const PAIRING_LIMITS = {
  /** Share of its time that a node works, above which frames are paired. */
  busy: 0.6,
  /** And below which they are not any more: well below what pairing makes of `busy`. */
  idle: 0.35,
  /** How often the share is looked at, ms. */
  everyMs: 1_000,
  /** A frame waits for its pair for so many beats, the last of which it is sent at: at most 40 ms. */
  beatMs: 10,
  beats: 4,
} as const;

/** Whether frames are paired from now on; `utilisation` is the share of time, 0 to 1, that the event loop worked lately. */
export function pairs(mode: PairFrames, before: boolean, utilisation: number): boolean {
  if (mode !== 'when_busy') return mode === 'always';
  return utilisation > (before ? PAIRING_LIMITS.idle : PAIRING_LIMITS.busy);
}
