/** From what a model names as the chosen time to the offer it is, or to the failure that says what there is instead. */
import { z } from 'zod';
import { serviceById } from '../../domain/clinic.ts';
import { wallClock } from '../../domain/clinic-time.ts';
import { chosenOffer, type Dealings, type DealingsChange, deal } from '../../domain/dealings.ts';
import { mentionIn, mentionsNothing } from '../../domain/mentions.ts';
import { type Offer, offerNamed } from '../../domain/offers.ts';
import type { Wish } from '../../domain/search.ts';
import type { Slot } from '../../domain/slots.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { findTimes, offersToTell } from './times.ts';
import { failed, type Resolved, type ToolContext } from './tool.ts';

export const slotName = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().trim().min(1).max(120))
  .describe('The slot_id of the offered time that the caller chose, its number, or the caller’s words for it.');

/** The offer that an argument means, where its time has not passed yet. */
export async function offerChosen(name: string, context: ToolContext): Promise<Resolved<Offer>> {
  const { clinic, dealings } = context;
  const named = offerNamed(dealings.offers, name, clinic, context.now());
  if (named.kind === 'several') return { failure: whichOne(named.offers, context) };
  if (named.kind !== 'one') return { failure: await notOffered(name, context) };
  const chosen = chosenOffer(dealings);
  if (chosen && contradicts(chosen, named.offer, dealings)) {
    return { failure: whichOfBoth(chosen, named.offer, context) };
  }
  if (dealings.unanswered.includes(named.offer.slotId)) return { failure: notAgreed(named.offer, context) };
  if (named.offer.startsAt <= context.now()) return { failure: await freshTimes('slot_in_past', named.offer, context) };
  return { ok: named.offer };
}

/** The same slot wished twice in a conversation is wished once, whatever ids the model gives its calls. */
export function bookingKey(conversationId: string, slot: Slot): string {
  return `${conversationId}/${slot.serviceId}/${slot.providerId}/${slot.startsAt}`;
}

function whichOne(offers: readonly Offer[], context: ToolContext): ToolOutcome {
  const told = offersToTell(offers, context.clinic, context.now());
  const sentence = `Just to be sure, which one: ${told.map((slot) => `${slot.spoken} with ${slot.provider}`).join(', or ')}?`;
  return failed('slot_not_offered', sentence, { slots: told, guidance: 'Ask which one, then book by its slot_id.' });
}

/** Found a moment ago, and the caller has said nothing since: they were not asked. */
function notAgreed(offer: Offer, context: ToolContext): ToolOutcome {
  const told = offersToTell([offer], context.clinic, context.now());
  const sentence = `I have ${told.map((slot) => `${slot.spoken} with ${slot.provider}`).join('')}. Shall I book that for you?`;
  return failed('slot_not_offered', sentence, {
    slots: told,
    guidance: 'The caller has not answered since this time was found. Tell them of it, and book it once they agree.',
  });
}

/** Another time for the same visit than the caller chose, and none that was booked before. */
function contradicts(chosen: Offer, named: Offer, { booked }: Dealings): boolean {
  return (
    chosen.slotId !== named.slotId &&
    chosen.serviceId === named.serviceId &&
    !booked.some(({ slotId }) => slotId === named.slotId)
  );
}

/** The caller chose one time and the model names another: nothing is chosen any more, and both are offered. */
function whichOfBoth(chosen: Offer, named: Offer, context: ToolContext): ToolOutcome {
  const change: DealingsChange = { type: 'offered', slots: [chosen, named], exact: null };
  const { answer } = whichOne(deal(context.dealings, change).offers.latest, context);
  return { answer, changes: [change, { type: 'failed', code: 'slot_not_offered' }] };
}

/** Something was named that nobody offered: the choice that stands, or fresh times near what the words say. */
async function notOffered(words: string, context: ToolContext): Promise<ToolOutcome> {
  const { dealings, clinic } = context;
  const chosen = chosenOffer(dealings);
  const basis = chosen ?? dealings.offers.latest[0] ?? dealings.offers.earlier[0];
  if (!basis) {
    return failed('slot_not_offered', 'Let me first look what times are free. Which day would suit you?', {
      slots: [],
      guidance: 'No time was offered in this conversation. Call check_availability first.',
    });
  }
  if (chosen && mentionsNothing(mentionIn(words, context.now(), clinic.timeZone))) {
    const told = offersToTell([chosen], clinic, context.now());
    return failed('slot_not_offered', `Shall I book ${told[0]?.spoken ?? 'that time'} for you?`, {
      slots: told,
      guidance: `That slot_id does not exist. The caller chose ${chosen.slotId}: book that one.`,
    });
  }
  return freshTimes('slot_not_offered', basis, context, words);
}

const APOLOGIES = {
  slot_taken: "I'm sorry, that time was just taken.",
  slot_in_past: "I'm sorry, that time has already passed.",
  slot_not_offered: "I'm sorry, I can't book that time.",
} as const;

/** Refuses, and says what is free around the refused time, read anew. */
export async function freshTimes(
  code: keyof typeof APOLOGIES,
  refused: Slot,
  context: ToolContext,
  words = '',
): Promise<ToolOutcome> {
  const { clinic, dealings } = context;
  const wish = wishNear(refused, words, context);
  const times = wish ? await findTimes(wish, context) : null;
  const change: DealingsChange = {
    type: 'offered',
    slots: times ? (times.slots.length > 0 ? times.slots : times.next) : [],
    exact: null,
  };
  const { latest } = deal(dealings, change).offers;
  const told = offersToTell(latest, clinic, context.now());
  const alternatives = told.slice(0, 3).map((slot) => slot.spoken);
  const question = alternatives.length === 1 ? 'Would that work for you?' : 'Which would you like?';
  const sentence =
    alternatives.length > 0
      ? `${APOLOGIES[code]} I could do ${alternatives.join(', or ')}. ${question}`
      : APOLOGIES[code];
  return failed(
    code,
    sentence,
    { slots: told, guidance: 'Nothing was booked. Offer these times and let the caller choose.' },
    [change],
  );
}

function wishNear(refused: Slot, words: string, { clinic, now }: ToolContext): Wish | null {
  const service = serviceById(clinic, refused.serviceId);
  if (!service) return null;
  const said = mentionIn(words, now(), clinic.timeZone);
  const { date, minute } = wallClock(refused.startsAt, clinic.timeZone);
  const days = said.days ?? { from: date, to: date };
  const { weekdays } = said;
  return { service, provider: null, days, weekdays, soonest: false, at: said.at?.minute ?? minute, part: null };
}
