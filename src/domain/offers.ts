/**
 * Offers are numbered and matched by code. A slot that was never offered has no id, so a model cannot invent one; and
 * what a caller says ("the third one", "Tuesday", "two o'clock with Priya") is matched to an offer by rule, not by mood.
 */
import type { Clinic, Instant } from './clinic.ts';
import { providerById } from './clinic.ts';
import { wallClock } from './clinic-time.ts';
import { type Mention, mentionIn } from './mentions.ts';
import { type Slot, sameSlot } from './slots.ts';

export interface Offer extends Slot {
  /** What tools call it: unique within the conversation. */
  readonly slotId: string;
  /** What a caller calls it: 1, 2, 3 of the latest list. */
  readonly number: number;
}

export interface OfferBook {
  /** The list offered last, in the order in which it was numbered. */
  readonly latest: readonly Offer[];
  /** Offered before and still good by id. */
  readonly earlier: readonly Offer[];
  /** How many ids were given out. */
  readonly made: number;
}

export type OfferMatch =
  | { readonly kind: 'one'; readonly offer: Offer }
  /** The words fit several offers. */
  | { readonly kind: 'several'; readonly offers: readonly Offer[] }
  /** The words name a day or time that no offer has: the caller wants something else. */
  | { readonly kind: 'other_wish' }
  /** The words say nothing about which. */
  | { readonly kind: 'none' };

/** How many old offers stay good by their id. */
const EARLIER_OFFERS = 18;

export const NO_OFFERS: OfferBook = { latest: [], earlier: [], made: 0 };

/** A new list of offers; a slot offered before keeps its id. */
export function offer(book: OfferBook, slots: readonly Slot[]): OfferBook {
  const known = [...book.latest, ...book.earlier];
  let made = book.made;
  const latest = slots.map((slot, index) => {
    const slotId = known.find((other) => sameSlot(other, slot))?.slotId ?? `slot_${++made}`;
    return { ...slot, slotId, number: index + 1 };
  });
  const earlier = known.filter((old) => !latest.some((fresh) => fresh.slotId === old.slotId));
  return { latest, earlier: earlier.slice(0, EARLIER_OFFERS), made };
}

/** Finds an offer by its id, whichever list it was on. */
export function offerById(book: OfferBook, slotId: string): Offer | undefined {
  return [...book.latest, ...book.earlier].find((candidate) => candidate.slotId === slotId);
}

/** Which offer a tool's argument means: an id, a number of the latest list, or the caller's words. */
export function offerNamed(book: OfferBook, name: string, clinic: Clinic, now: Instant): OfferMatch {
  const trimmed = name.trim();
  const byId = offerById(book, trimmed);
  if (byId) return { kind: 'one', offer: byId };
  const number = /^(?:#|no\.?|number|option)?\s*(\d{1,2})$/i.exec(trimmed)?.[1];
  const byNumber = number === undefined ? undefined : book.latest.find((each) => each.number === Number(number));
  if (byNumber) return { kind: 'one', offer: byNumber };
  const iso = /^\d{4}-\d{2}-\d{2}T/.test(trimmed) ? Date.parse(trimmed) : Number.NaN;
  const byStart = [...book.latest, ...book.earlier].find((each) => each.startsAt === iso);
  if (byStart) return { kind: 'one', offer: byStart };
  return offerMeant(book.latest, trimmed, clinic, now);
}

/** A provider's name alone may as well be the caller's own. */
const NAMES_A_PROVIDER = /\b(with|see|dr\.?|doctor|prefer)\b/;

const ORDINALS: readonly [RegExp, number][] = [
  [/\bfirst\b|\b1st\b/, 1],
  [/\bsecond\b|\b2nd\b/, 2],
  [/\bthird\b|\b3rd\b/, 3],
  [/\bfourth\b|\b4th\b/, 4],
  [/\bfifth\b|\b5th\b/, 5],
  [/\bsixth\b|\b6th\b/, 6],
];

/** Which offer a caller's sentence means. */
export function offerMeant(offers: readonly Offer[], words: string, clinic: Clinic, now: Instant): OfferMatch {
  if (offers.length === 0) return { kind: 'none' };
  const text = words.toLowerCase();
  const byOrdinal = ordinalIn(text, offers);
  if (byOrdinal) return { kind: 'one', offer: byOrdinal };
  const mention = mentionIn(words, now, clinic.timeZone);
  const provider = providerIn(text, clinic);
  if (!mention.days && !mention.at && !mention.part && !(provider && NAMES_A_PROVIDER.test(text))) {
    return offers.length === 1 && agrees(text) ? { kind: 'one', offer: offers[0] as Offer } : { kind: 'none' };
  }
  const fitting = offers.filter((each) => fits(each, mention, provider, clinic));
  if (fitting.length === 0) return { kind: 'other_wish' };
  if (fitting.length > 1) return { kind: 'several', offers: fitting };
  return { kind: 'one', offer: fitting[0] as Offer };
}

/** A plain yes, with nothing that takes it back. */
export function agrees(words: string): boolean {
  const text = words.toLowerCase();
  if (/\b(no|not|don't|nope|other|else|instead|but|actually|different)\b/.test(text)) return false;
  return /\b(yes|yeah|yep|sure|ok(ay)?|perfect|great|good|fine|works|sounds good|please do|go ahead|book it|that one)\b/.test(
    text,
  );
}

function ordinalIn(text: string, offers: readonly Offer[]): Offer | undefined {
  if (/\blast (one|option|time|slot)\b/.test(text)) return offers.at(-1);
  if (/\b(earliest|earlier one|earliest one)\b/.test(text)) return offers[0];
  if (/\b(latest one|later one)\b/.test(text)) return offers.at(-1);
  if (!/\b(one|option|slot|choice|the)\b/.test(text)) return undefined;
  const named = ORDINALS.filter(([word]) => word.test(text)).map(([, number]) => number);
  const numbered = /\b(?:option|number|slot)\s+(\d)\b/.exec(text)?.[1];
  const number = named.length === 1 ? named[0] : numbered && Number(numbered);
  return number ? offers.find((each) => each.number === number) : undefined;
}

function providerIn(text: string, clinic: Clinic): string | undefined {
  return clinic.providers.find((provider) =>
    provider.name
      .toLowerCase()
      .split(/\s+/)
      .some((word) => word.length > 2 && !word.endsWith('.') && new RegExp(`\\b${escape(word)}\\b`).test(text)),
  )?.id;
}

function fits(offer: Offer, mention: Mention, providerId: string | undefined, clinic: Clinic): boolean {
  const { date, minute } = wallClock(offer.startsAt, clinic.timeZone);
  if (providerId !== undefined && providerById(clinic, providerId) && offer.providerId !== providerId) return false;
  if (mention.days && (date < mention.days.from || date > mention.days.to)) return false;
  if (mention.part && !mention.at && (minute < mention.part.from || minute > mention.part.to)) return false;
  if (!mention.at) return true;
  return mention.at.sure ? minute === mention.at.minute : minute % 720 === mention.at.minute % 720;
}

function escape(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
