/**
 * How far a zone's clocks are from UTC, and how long they stay so: between two changes of its clocks, wall clock and
 * instant are one addition apart, and a search for free times asks thousands of times.
 */
import type { Instant } from './clinic.ts';

/** A stretch of time, `[from, until)`, in which a zone's clocks are not changed. */
export interface OffsetStretch {
  readonly from: Instant;
  readonly until: Instant;
  /** Added to an instant it gives the wall clock's reading, as if that were UTC. */
  readonly offsetMs: number;
}

/** Bookings ask for a few stretches of a zone; whoever asks for more is not helped by remembering them. */
const STRETCHES_A_ZONE = 16;
/** More than there are. */
const ZONES = 1_000;

/** Remembers what `find` answered. */
export function rememberedOffsets(
  find: (at: Instant, timeZone: string) => OffsetStretch,
): (at: Instant, timeZone: string) => OffsetStretch {
  const known = new Map<string, OffsetStretch[]>();
  return (at, timeZone) => {
    const stretches = known.get(timeZone);
    const remembered = stretches?.find(({ from, until }) => from <= at && at < until);
    if (remembered) return remembered;
    const found = find(at, timeZone);
    if (stretches === undefined) {
      if (known.size < ZONES) known.set(timeZone, [found]);
    } else if (stretches.length < STRETCHES_A_ZONE) stretches.push(found);
    return found;
  };
}
