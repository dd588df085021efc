/**
 * Offers are numbered and matched by code. A slot that was never offered has no id, so a model cannot invent one; and
 * what a caller says ("the third one", "Tuesday", "two o'clock with Priya") is matched to an offer by rule, not by mood.
 */
import { agrees } from './agreement.ts';
import { type LoneNumber, loneNumber, takesAny, takesNone } from './brief-answers.ts';
import type { Clinic, Instant, Provider } from './clinic.ts';
import { instantIn, wallClock } from './clinic-time.ts';
import { secondThoughts } from './corrections.ts';
import { heardWords } from './heard-words.ts';
import { type Mention, mentionOf, NO_MENTION } from './mentions.ts';
import { providerWished } from './naming.ts';
import { type PlaceInList, placeIn } from './ordinals.ts';
import { wishedAndRefused } from './refusals.ts';
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
  const trimmed = name.trim().toLowerCase();
  const id = /^slot[_-](\w+)$/.exec(trimmed)?.[1];
  const byId = id === undefined ? undefined : offerById(book, `slot_${loneNumber(id)?.number ?? id}`);
  if (byId) return { kind: 'one', offer: byId };
  const number = /^(?:#|no\.?|number|option)?\s*(\d{1,2})(?:st|nd|rd|th)?\.?$/.exec(trimmed)?.[1];
  const byNumber = number === undefined ? undefined : book.latest.find((each) => each.number === Number(number));
  if (byNumber) return { kind: 'one', offer: byNumber };
  const startsAt = instantIn(trimmed, clinic.timeZone);
  if (startsAt !== undefined) {
    const byStart = [...book.latest, ...book.earlier].find((each) => each.startsAt === startsAt);
    return byStart ? { kind: 'one', offer: byStart } : { kind: 'other_wish' };
  }
  return offerMeant(book.latest, trimmed, clinic, now);
}

/** Which offer a caller's sentence means. What it refuses ("not the first") is never what it means. */
export function offerMeant(offers: readonly Offer[], words: string, clinic: Clinic, now: Instant): OfferMatch {
  if (offers.length === 0) return { kind: 'none' };
  const heard = heardWords(words);
  if (takesNone(heard)) return { kind: 'other_wish' };
  if (takesAny(heard)) return oneOrSeveral(offers.slice(0, 1));
  const lone = loneNumber(heard);
  if (lone) return oneOrSeveral(offersNumbered(lone, offers, clinic));
  const { wished, refused } = wishedAndRefused(heard);
  const match = offerIn(offers, wished, clinic, now);
  if (match?.kind === 'several' && EITHER_SUITS.test(wished)) return oneOrSeveral(match.offers.slice(0, 1));
  if (match && isAbout(match)) return match;
  if (refused !== '' && (REFUSES_ALL.test(refused) || isAbout(offerIn(offers, refused, clinic, now)))) {
    return { kind: 'other_wish' };
  }
  return match === undefined && offers.length === 1 && agrees(heard) ? oneOrSeveral(offers) : { kind: 'none' };
}

/** "Either Wednesday or Friday is fine", and no question. */
const EITHER_SUITS = /\b(?:either|both)\b[^?]*\b(?:fine|works?|good|ok(?:ay)?|great|perfect|will do)\b[^?]*$/;

/** A lone number is a place in the list or an hour: "two". */
function offersNumbered({ number, isOrdinal }: LoneNumber, offers: readonly Offer[], { timeZone }: Clinic): Offer[] {
  const atHour = offers.filter(({ startsAt }) => wallClock(startsAt, timeZone).minute % 720 === (number % 12) * 60);
  return [...new Set([...offers.slice(number - 1, number), ...(isOrdinal || number === 0 ? [] : atHour)])];
}

const isAbout = (match: OfferMatch | undefined): boolean => match !== undefined && match.kind !== 'none';

/** "That doesn't work", "I can't make it", "it's too early". */
const REFUSES_ALL =
  /\b(?:that|it|those|these|them|none|neither|either)\b.*\b(?:works?|do|suits?|good|early|late|soon|far|fits?|times?)\b|\b(?:make|do) (?:it|that|any of)\b|\bnone of\b|\btoo (?:early|late|soon|far)\b/;

/** By place in the list, by day and time, by provider: all that is said has to fit. Undefined where none of these is said. */
function offerIn(offers: readonly Offer[], said: string, clinic: Clinic, now: Instant): OfferMatch | undefined {
  // "The first one, no wait, the third": of places put anew the last stands.
  const thoughts = secondThoughts(said);
  const last = thoughts.findLastIndex((thought) => placeIn(thought, offers.length) !== null);
  const heard = last > 0 ? thoughts.slice(last).join('; ') : said;
  const place = placeIn(heard, offers.length);
  const words = place?.rest ?? heard;
  const mention = wishIn(words, now, clinic);
  const provider = providerWished(clinic, words);
  const says =
    mention.days !== null ||
    mention.weekdays !== null ||
    mention.at !== null ||
    mention.part !== null ||
    provider?.cued === true;
  const fitting = offers.filter((each) => fits(each, mention, provider?.item, clinic));
  if (place) return offerAt(place, says ? fitting : null, offers, datedBy(place, heard, offers, clinic, now));
  if (!says) return undefined;
  if (fitting.length > 0) return oneOrSeveral(fitting);
  // A name without "with" or "see" may as well be the caller's own.
  const others = provider?.cued === false && offers.some((each) => fits(each, mention, undefined, clinic));
  return { kind: others ? 'none' : 'other_wish' };
}

/** The offers that "the 2nd" means as a day of the month. */
function datedBy(
  place: PlaceInList,
  heard: string,
  offers: readonly Offer[],
  clinic: Clinic,
  now: Instant,
): readonly Offer[] {
  const mention = wishIn(heard, now, clinic);
  return place.mayBeDate && mention.days ? offers.filter((each) => fits(each, mention, undefined, clinic)) : [];
}

/** "The second one on Wednesday": the second of the list where that is on Wednesday, and the second of Wednesday's. */
function offerAt(
  { places }: PlaceInList,
  fitting: readonly Offer[] | null,
  offers: readonly Offer[],
  dated: readonly Offer[],
): OfferMatch {
  if (fitting?.length === 0) return { kind: 'other_wish' };
  const among = fitting ?? offers;
  const meant = places.flatMap((place) => {
    const ofList = offers[place - 1];
    const ofFitting = among[place - 1];
    return [ofList && among.includes(ofList) ? ofList : undefined, ofFitting].filter((each) => each !== undefined);
  });
  return oneOrSeveral([...new Set([...meant, ...dated])]);
}

function oneOrSeveral(offers: readonly Offer[]): OfferMatch {
  const [first, ...others] = offers;
  if (!first) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', offer: first } : { kind: 'several', offers };
}

/** What is wished for: who speaks of the past ("I called yesterday at two") wishes for nothing. */
function wishIn(words: string, now: Instant, { timeZone }: Clinic): Mention {
  const mention = mentionOf(words, now, timeZone);
  const past = mention.days !== null && mention.days.to < wallClock(now, timeZone).date;
  return past ? NO_MENTION : mention;
}

function fits(offer: Offer, mention: Mention, provider: Provider | undefined, clinic: Clinic): boolean {
  const { date, weekday, minute } = wallClock(offer.startsAt, clinic.timeZone);
  if (mention.weekdays && !mention.weekdays.includes(weekday)) return false;
  if (provider && offer.providerId !== provider.id) return false;
  if (mention.days && (date < mention.days.from || date > mention.days.to)) return false;
  if (mention.part && !mention.at && (minute < mention.part.from || minute > mention.part.to)) return false;
  if (!mention.at) return true;
  return mention.at.sure ? minute === mention.at.minute : minute % 720 === mention.at.minute % 720;
}
