import type { Clinic, Instant, Service } from './clinic.ts';
import { MINUTE_MS } from './clinic-time.ts';
import type { HoldRequest } from './ports.ts';
import { blocksOf, type Slot, slotOf } from './slots.ts';

/** How long a wished or chosen slot stays held while the caller gives name and number; a lapsed hold frees itself. */
export const HOLD_MS = 5 * MINUTE_MS;

export interface HoldReason {
  readonly conversationId: string;
  /** The appointment that is to be moved there; null where none is. */
  readonly movingId: string | null;
  readonly now: Instant;
}

/** Keeps a wished or chosen slot for its caller, with all that it takes, for as long as slots are kept. */
export function holdOf(
  slot: Slot,
  service: Service,
  clinic: Pick<Clinic, 'id' | 'resources'>,
  { conversationId, movingId, now }: HoldReason,
): HoldRequest {
  return {
    clinicId: clinic.id,
    conversationId,
    slot: slotOf(slot),
    blocks: blocksOf(slot, service, clinic),
    movingId,
    expiresAt: now + HOLD_MS,
    now,
  };
}
