/**
 * What an incoming text means, given what its sender was told last: the single letters and words that texts invite. All
 * else is a conversation. Whoever asks has dealt with the words that stop texts by then; YES counts only for an offer.
 */
import type { Instant } from './clinic.ts';
import { lettersOf } from './opt-outs.ts';
import { OFFER_GRACE_MS } from './waitlist-offers.ts';

/** The newest of what a number was told. */
export type LastNotice =
  | {
      readonly kind: 'appointment';
      readonly appointmentId: string;
      readonly startsAt: Instant;
      readonly active: boolean;
    }
  | { readonly kind: 'offer'; readonly waitlistId: string; readonly expiresAt: Instant; readonly open: boolean };

export type NoticeReply =
  /** They will come. */
  | { readonly kind: 'confirms'; readonly appointmentId: string }
  /** They want another time for it. */
  | { readonly kind: 'moves'; readonly appointmentId: string }
  | { readonly kind: 'accepts'; readonly waitlistId: string }
  /** They want what is no longer offered. */
  | { readonly kind: 'too_late'; readonly waitlistId: string };

const CONFIRMS = /^(c|confirm|confirmed|confirmo|confirmar|je confirme|bestätigt|bestätige)$/;
const MOVES = /^(r|reschedule|cambiar|déplacer|verschieben)$/;
const ACCEPTS = /^(y|yes|yes please|sí|si|oui|ja)$/;

/** Whether it is one of those words: all else is for a conversation, whatever was told before. */
export function mayBeReply(body: string): boolean {
  const word = lettersOf(body);
  return [CONFIRMS, MOVES, ACCEPTS].some((words) => words.test(word));
}

/** Null: it is for a conversation. */
export function noticeReply(body: string, last: LastNotice | null, now: Instant): NoticeReply | null {
  const word = lettersOf(body);
  switch (last?.kind) {
    case undefined:
      return null;
    case 'appointment': {
      const { appointmentId, startsAt, active } = last;
      if (!active || startsAt <= now) return null;
      if (CONFIRMS.test(word)) return { kind: 'confirms', appointmentId };
      return MOVES.test(word) ? { kind: 'moves', appointmentId } : null;
    }
    case 'offer': {
      const { waitlistId, expiresAt, open } = last;
      if (!ACCEPTS.test(word)) return null;
      return { kind: open && now < expiresAt + OFFER_GRACE_MS ? 'accepts' : 'too_late', waitlistId };
    }
  }
}
