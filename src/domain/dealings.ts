/**
 * What a receptionist remembers of one conversation besides the words: what was offered and chosen, what was done.
 * Plain data, a few hundred bytes, the same for a phone call, a browser and an SMS thread. Tools answer with changes;
 * `deal` folds them in, so that a tool never holds a stale copy.
 */
import type { DayRange } from './availability.ts';
import { loneNumber, takesAny } from './brief-answers.ts';
import type { Clinic, Instant } from './clinic.ts';
import type { FailureCode } from './failures.ts';
import { heardWords } from './heard-words.ts';
import { NO_OFFERS, type Offer, type OfferBook, offer, offerById, offerMeant } from './offers.ts';
import { outcomeOf } from './outcomes.ts';
import type { Outcome } from './ports.ts';
import type { Slot } from './slots.ts';

export interface Dealings {
  readonly offers: OfferBook;
  /** Offers made since the caller last spoke: nobody has agreed to these, whatever a model says. */
  readonly unanswered: readonly string[];
  /** The offer the caller wants; the next step is to book it, never to check again. */
  readonly choice: string | null;
  /** Made in this conversation and not cancelled again. */
  readonly booked: readonly MadeAppointment[];
  /** Moved, and not cancelled again. */
  readonly moved: readonly string[];
  /** Where those stand now that were moved. Absent: none were. */
  readonly movedTo?: readonly MadeAppointment[] | undefined;
  readonly cancelled: readonly string[];
  /** Those made, moved or corrected since the caller last spoke: they have corrected nothing of these. Absent: none. */
  readonly fresh?: readonly string[] | undefined;
  readonly waitlisted: boolean;
  /** Appointments that were found to be the caller's, by id. */
  readonly theirs: readonly string[];
  /** The one among them for which another time is sought: its own time counts as free. Null while none is. */
  readonly moving: string | null;
  readonly checked: boolean;
  /** The days last asked about, where they were several: "Wednesday" now means the one among them. Null: none were. */
  readonly sought: DayRange | null;
  readonly informed: boolean;
  /** A failure that kept the caller from what they wanted, not made good since. */
  readonly stuck: FailureCode | null;
  readonly ending: boolean;
  readonly messageTaken: boolean;
  /** Why staff are to take over; null while they are not. */
  readonly transferring: string | null;
  /** Staff took over. */
  readonly escalated: boolean;
  /** The caller described an emergency. */
  readonly urgent: boolean;
}

export interface MadeAppointment {
  readonly appointmentId: string;
  readonly slotId: string;
}

export type DealingsChange =
  | { readonly type: 'offered'; readonly slots: readonly Slot[]; readonly exact: Slot | null }
  | { readonly type: 'sought'; readonly days: DayRange }
  | { readonly type: 'chosen'; readonly slotId: string }
  | ({ readonly type: 'booked' } & MadeAppointment)
  | { readonly type: 'found'; readonly appointmentIds: readonly string[] }
  | { readonly type: 'moving'; readonly appointmentId: string | null }
  | ({ readonly type: 'moved' } & MadeAppointment)
  | { readonly type: 'cancelled'; readonly appointmentId: string }
  | { readonly type: 'waitlisted' }
  | { readonly type: 'informed' }
  | { readonly type: 'failed'; readonly code: FailureCode }
  | { readonly type: 'message_taken' }
  | { readonly type: 'transfer'; readonly reason: string }
  | { readonly type: 'ending' };

export const NO_DEALINGS: Dealings = {
  offers: NO_OFFERS,
  unanswered: [],
  choice: null,
  booked: [],
  moved: [],
  cancelled: [],
  waitlisted: false,
  theirs: [],
  moving: null,
  checked: false,
  sought: null,
  informed: false,
  stuck: null,
  ending: false,
  messageTaken: false,
  transferring: null,
  escalated: false,
  urgent: false,
};

export function deal(dealings: Dealings, change: DealingsChange): Dealings {
  switch (change.type) {
    case 'offered': {
      const offers = offer(dealings.offers, change.slots);
      const fresh = offers.latest.filter(({ slotId }) => !offerById(dealings.offers, slotId));
      const unanswered = withEach(
        dealings.unanswered,
        fresh.map(({ slotId }) => slotId),
      );
      const exact = change.exact && offers.latest.find((each) => each.startsAt === change.exact?.startsAt);
      return { ...dealings, offers, unanswered, checked: true, stuck: null, choice: exact ? exact.slotId : null };
    }
    case 'sought':
      return { ...dealings, sought: soughtNow(dealings.sought, change.days) };
    case 'chosen':
      return { ...dealings, choice: change.slotId };
    case 'booked':
      return { ...settled(dealings, change.appointmentId), booked: withMade(dealings, change) };
    case 'found':
      return { ...dealings, stuck: null, theirs: withEach(dealings.theirs, change.appointmentIds) };
    case 'moving':
      // A time that was chosen for one purpose is not chosen for another.
      return change.appointmentId === dealings.moving
        ? dealings
        : { ...dealings, moving: change.appointmentId, choice: null };
    case 'moved':
      return {
        ...settled(dealings, change.appointmentId),
        moved: withEach(dealings.moved, [change.appointmentId]),
        movedTo: [
          ...movedBut(dealings, change.appointmentId),
          { appointmentId: change.appointmentId, slotId: change.slotId },
        ],
      };
    case 'cancelled':
      return {
        ...settled(dealings, change.appointmentId),
        booked: dealings.booked.filter((other) => other.appointmentId !== change.appointmentId),
        moved: dealings.moved.filter((other) => other !== change.appointmentId),
        ...(dealings.movedTo && { movedTo: movedBut(dealings, change.appointmentId) }),
        cancelled: withEach(dealings.cancelled, [change.appointmentId]),
      };
    case 'waitlisted':
      return { ...dealings, stuck: null, waitlisted: true };
    case 'informed':
      return { ...dealings, informed: true };
    case 'failed':
      return SERIOUS.has(change.code) ? { ...dealings, stuck: change.code } : dealings;
    case 'message_taken':
      return { ...dealings, messageTaken: true };
    case 'transfer':
      return { ...dealings, transferring: change.reason };
    case 'ending':
      return { ...dealings, ending: true };
  }
}

/** A day among those that were asked about narrows the talk; one elsewhere begins another. */
function soughtNow(before: DayRange | null, days: DayRange): DayRange | null {
  if (days.from !== days.to) return days;
  return before !== null && days.from >= before.from && days.to <= before.to ? before : null;
}

/** Something was brought to an end: what was chosen for it is over. */
function settled(dealings: Dealings, appointmentId: string): Dealings {
  const { theirs, fresh = [] } = dealings;
  const more = [appointmentId];
  return {
    ...dealings,
    choice: null,
    moving: null,
    stuck: null,
    theirs: withEach(theirs, more),
    fresh: withEach(fresh, more),
  };
}

function movedBut({ movedTo = [] }: Dealings, appointmentId: string): readonly MadeAppointment[] {
  return movedTo.filter((other) => other.appointmentId !== appointmentId);
}

/** Whether the caller has this time already, by what was booked or moved here. */
function isTheirs({ booked, movedTo = [] }: Dealings, slotId: string): boolean {
  const unmoved = booked.filter(({ appointmentId }) => !movedTo.some((other) => other.appointmentId === appointmentId));
  return [...unmoved, ...movedTo].some((made) => made.slotId === slotId);
}

/** A booking of the time to which an appointment was just moved finds that appointment: it was moved, not made. */
function withMade({ booked, moved }: Dealings, made: MadeAppointment): readonly MadeAppointment[] {
  const { appointmentId, slotId } = made;
  const isKnown = moved.includes(appointmentId) || booked.some((other) => other.appointmentId === appointmentId);
  return isKnown ? booked : [...booked, { appointmentId, slotId }];
}

function withEach(ids: readonly string[], more: readonly string[]): readonly string[] {
  return [...ids, ...more.filter((id) => !ids.includes(id))];
}

/** The caller spoke, whatever they said: its words may come later. */
export function callerSpoke(dealings: Dealings): Dealings {
  const { fresh, ...rest } = dealings;
  if (fresh !== undefined) return { ...rest, unanswered: [] };
  return dealings.unanswered.length === 0 ? dealings : { ...dealings, unanswered: [] };
}

/** What a caller's sentence does to the offers on the table: chooses one, or takes the choice back by wishing otherwise. */
export function hear(dealings: Dealings, words: string, clinic: Clinic, now: Instant): Dealings {
  const heard = heardWords(words);
  // A digit of a phone number, "I don't mind": no word on a choice that was made. "No, two" may correct either.
  if (dealings.choice !== null && (loneNumber(heard) || takesAny(heard))) {
    return /\bno\b/.test(heard) ? { ...dealings, choice: null } : dealings;
  }
  const other = otherOfTwo(dealings, heard);
  if (other) return { ...dealings, choice: other.slotId };
  const match = offerMeant(dealings.offers.latest, words, clinic, now);
  // "Yes, please" to what is booked meanwhile: words come late, and some say thank you by it.
  if (match.kind === 'one' && isTheirs(dealings, match.offer.slotId)) return dealings;
  if (match.kind === 'one' && !asksForOthers(words)) return { ...dealings, choice: match.offer.slotId };
  if (match.kind === 'other_wish' || asksForOthers(words) || asksToMove(words)) return { ...dealings, choice: null };
  return dealings;
}

/** "The other one", of two offers of which one is chosen. */
function otherOfTwo({ offers, choice }: Dealings, heard: string): Offer | undefined {
  if (offers.latest.length !== 2 || choice === null || !/\bthe other (?:one|time|slot|option)\b/.test(heard))
    return undefined;
  return offers.latest.find(({ slotId }) => slotId !== choice);
}

/** "Anything else on Tuesday?", "another day": not "another question" and not "nothing else". */
function asksForOthers(words: string): boolean {
  return (
    /\b(?:others?|else|different|another)\b(?! (?:questions?|things?|numbers?|phone|emails?|services?|names?)\b)/i.test(
      words,
    ) && !/\b(?:nothing|that's all|that is all|that's it)\b/i.test(words)
  );
}

/** "A bit later", "instead": not "see you later". */
function asksToMove(words: string): boolean {
  return (
    /\b(?:later|earlier|sooner|instead)\b/i.test(words) &&
    !/\b(?:see|talk to|speak to|call|until|see you|catch) (?:you )?(?:later|sooner)\b|\bno later than\b/i.test(words)
  );
}

export function chosenOffer(dealings: Dealings): Offer | undefined {
  return dealings.choice === null ? undefined : offerById(dealings.offers, dealings.choice);
}

/** Failures after which a caller leaves without what they came for, unless something later works. */
const SERIOUS: ReadonlySet<FailureCode> = new Set(['calendar_unavailable', 'internal_error', 'timeout']);

/** What the conversation came to so far; `broke`: on our side (the model lost for good, a crash). */
export function outcomeSoFar(dealings: Dealings, callerTurns: number, broke: boolean): Outcome {
  return outcomeOf({
    booked: dealings.booked.length > 0,
    moved: dealings.moved.length > 0,
    cancelled: dealings.cancelled.length > 0,
    waitlisted: dealings.waitlisted,
    messageTaken: dealings.messageTaken,
    escalated: dealings.escalated || dealings.urgent,
    stuck: dealings.stuck !== null,
    checked: dealings.checked,
    informed: dealings.informed,
    callerTurns,
    broke,
  });
}
