/** What goes on in writing after a call that broke off. */
import { type Clinic, type Instant, providerById, serviceById } from '../domain/clinic.ts';
import { isoWithOffset } from '../domain/clinic-time.ts';
import { chosenOffer, type Dealings } from '../domain/dealings.ts';
import type { Offer } from '../domain/offers.ts';
import { takesTexts } from '../domain/phone-numbers.ts';
import { listed, spokenMoment } from '../domain/spoken.ts';
import { type CutOff, newTextConversation, type OpenedThread, type TextConversation } from '../domain/texting.ts';
import { started, turnEntry } from './texting.ts';
import { writtenPhrases } from './written.ts';

/**
 * The conversation that goes on in writing after a call that broke off, and its first message; null where nothing was on
 * offer, the caller has what they wanted, or has no telephone that takes texts. Its id follows from the call's: opened twice, it is one.
 */
export function carriedOn(cut: CutOff, clinic: Clinic, conversationId: string, now: Instant): OpenedThread | null {
  const { clinicId, phone, language } = cut;
  const { offers, choice, theirs, moving } = cut.dealings;
  if (isServed(cut.dealings) || !takesTexts(phone)) return null;
  const chosen = chosenOffer(cut.dealings);
  const toCome = (chosen ? [chosen] : offers.latest).filter(({ startsAt }) => startsAt > now);
  if (toCome.length === 0) return null;
  const told = toCome.map((each) => spokenMoment(each.startsAt, now, clinic));
  const phrases = writtenPhrases(clinic, language);
  const body = `${phrases.disclosure} ${phrases.cutOff(listed(told, 'or'))}`;
  const fresh = newTextConversation(conversationId, language, now);
  const conversation: TextConversation = {
    ...fresh,
    turns: 1,
    replies: 1,
    dealings: { ...fresh.dealings, offers, choice, theirs, moving, checked: true },
    history: [
      ...cut.history,
      { kind: 'note', text: `The call was cut off, and goes on by text. On offer: ${offersInWords(toCome, clinic)}.` },
      { kind: 'assistant', text: body },
    ],
  };
  const entries = [started(conversation, clinicId, phone), turnEntry(conversation, clinicId, 'assistant', body, now)];
  return {
    clinicId,
    phone,
    after: cut.conversationId,
    conversation,
    entries,
    text: { key: `cut-off/${conversationId}`, body },
  };
}

/** They have what they called for, or somebody sees to it. */
function isServed({ booked, moved, waitlisted, escalated, urgent, messageTaken, ending }: Dealings): boolean {
  return booked.length + moved.length > 0 || waitlisted || escalated || urgent || messageTaken || ending;
}

/** As the model may book them. */
function offersInWords(offers: readonly Offer[], clinic: Clinic): string {
  return offers
    .map(({ slotId, serviceId, providerId, startsAt }) => {
      const service = serviceById(clinic, serviceId)?.name ?? 'a visit';
      const provider = providerById(clinic, providerId)?.name ?? 'our team';
      return `${service} with ${provider} at ${isoWithOffset(startsAt, clinic.timeZone)} (slot_id ${slotId})`;
    })
    .join('; ');
}
