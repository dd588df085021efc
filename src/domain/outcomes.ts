/** What a conversation came to, from what was done in it: never from what was said. Pure, so that it holds wherever a call is cut. */
import type { Outcome } from './ports.ts';

/** What lasts, whoever ends the conversation, and however. */
export interface LastingDeeds {
  /** An appointment was made, and stands. */
  readonly booked: boolean;
  /** An appointment was moved, and stands. */
  readonly moved: boolean;
  readonly cancelled: boolean;
  readonly waitlisted: boolean;
  readonly messageTaken: boolean;
}

export interface Deeds extends LastingDeeds {
  /** Staff took over, or the caller was in danger, whoever was reached. */
  readonly escalated: boolean;
  /** A failure that kept the caller from what they wanted was not made good. */
  readonly stuck: boolean;
  /** Times were looked up. */
  readonly checked: boolean;
  /** Facts of the clinic were told. */
  readonly informed: boolean;
  readonly callerTurns: number;
  /** The call broke on our side (the model lost for good, a crash). */
  readonly broke: boolean;
}

/**
 * The first of these that holds:
 *
 * 1. what became of appointments, the most of it: made, else moved, else cancelled. What was made and given up again in
 *    the same conversation is cancelled; what was made and moved again is made. Nothing that happens later takes it back.
 * 2. a person's matter now: escalated;
 * 3. something is left to be done for the caller: waitlisted, else a message. A message that had to stand in for what
 *    failed is escalated.
 * 4. failed, where it broke or something failed for good;
 * 5. what the caller learned: browsing for times, else information;
 * 6. abandoned, where they never said anything.
 */
export function outcomeOf(deeds: Deeds): Outcome {
  const { booked, moved, cancelled, waitlisted, messageTaken } = deeds;
  if (booked) return 'appointment_scheduled';
  if (moved) return 'rescheduled';
  if (cancelled) return 'cancelled';
  if (deeds.escalated) return 'escalated';
  if (waitlisted) return 'waitlisted';
  if (messageTaken) return deeds.stuck ? 'escalated' : 'message_taken';
  if (deeds.broke || deeds.stuck) return 'failed';
  if (deeds.checked) return 'browsing';
  return deeds.informed || deeds.callerTurns > 0 ? 'info_only' : 'abandoned';
}

/** Of a conversation whose node died with all that did not last. */
export function outcomeOfLost(deeds: LastingDeeds): Outcome {
  const rest = { escalated: false, stuck: false, checked: false, informed: false, callerTurns: 0, broke: false };
  return outcomeOf({ ...deeds, ...rest });
}
