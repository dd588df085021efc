/** What goes on in writing after a call that broke off. */
import { type Clinic, type Instant, providerById, serviceById } from '../domain/clinic.ts';
import { isoWithOffset } from '../domain/clinic-time.ts';
import { chosenOffer } from '../domain/dealings.ts';
import type { Offer } from '../domain/offers.ts';
import { listed, spokenMoment } from '../domain/spoken.ts';
import { type CutOff, newTextConversation, type OpenedThread, type TextConversation } from '../domain/texting.ts';
import { started, turnEntry } from './texting.ts';
import { writtenPhrases } from './written.ts';

/**
 * The conversation that goes on in writing after a call that broke off, and its first message; null where nothing was on
 * offer, or the caller has what they wanted. Its id follows from the call's: opened twice, it is one.
 */
export function carriedOn(cut: CutOff, clinic: Clinic, conversationId: string, now: Instant): OpenedThread | null {
  const { clinicId, phone, language } = cut;
  const { offers, choice, theirs, moving, booked, moved, escalated, urgent, messageTaken } = cut.dealings;
  if (booked.length + moved.length > 0 || escalated || urgent || messageTaken) return null;
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
      { kind: 'note', text: `A call from this number was cut off. It was about: ${offersInWords(toCome, clinic)}.` },
      { kind: 'assistant', text: body },
    ],
  };
  const entries = [started(conversation, clinicId, phone), turnEntry(conversation, clinicId, 'assistant', body, now)];
  return { clinicId, phone, conversation, entries, text: { key: `cut-off/${conversationId}`, body } };
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
