/**
 * Answers texts that reply to texts about appointments: C confirms, R begins a conversation about another time, YES books
 * what the waitlist was offered. Asked again for the same text, it does the same once.
 */
import { serviceById } from '../domain/clinic.ts';
import { primary } from '../domain/language.ts';
import type { NoticeAnswer, NoticeReplyBook, ReceivedReply } from '../domain/notice-answers.ts';
import { mayBeReply, noticeReply } from '../domain/notice-replies.ts';
import type { BookingStore } from '../domain/ports.ts';
import { blocksOf } from '../domain/slots.ts';

export interface NoticeAnswersOptions {
  readonly replies: NoticeReplyBook;
  readonly bookings: Pick<BookingStore, 'book'>;
}

interface Words {
  readonly confirmed: string;
  /** What their R stands for. */
  readonly moves: string;
  readonly gone: string;
}

const ENGLISH: Words = {
  confirmed: 'Thank you, you are confirmed. See you then!',
  moves: 'I want to reschedule my appointment.',
  gone: "I'm sorry, that time is no longer free. You stay on the waitlist.",
};
const WORDS: Readonly<Record<string, Words>> = {
  en: ENGLISH,
  es: {
    confirmed: 'Gracias, su cita queda confirmada. ¡Hasta entonces!',
    moves: 'Quiero cambiar mi cita.',
    gone: 'Lo siento, esa hora ya no queda libre. Sigue en la lista de espera.',
  },
  fr: {
    confirmed: 'Merci, votre rendez-vous est confirmé. A bientôt !',
    moves: 'Je voudrais déplacer mon rendez-vous.',
    gone: "Désolée, cette heure n'est plus libre. Vous restez sur la liste d'attente.",
  },
  de: {
    confirmed: 'Danke, Ihr Termin ist bestätigt. Bis dann!',
    moves: 'Ich möchte meinen Termin verschieben.',
    gone: 'Leider ist diese Zeit nicht mehr frei. Sie bleiben auf der Warteliste.',
  },
};

/** Null: the text is for a conversation, and nothing was done. Throws where the stores are out of reach. */
export async function answerNotice(
  { replies, bookings }: NoticeAnswersOptions,
  received: ReceivedReply,
): Promise<NoticeAnswer | null> {
  const { clinic, phone, body, language, now } = received;
  if (!mayBeReply(body)) return null;
  const reply = noticeReply(body, await replies.last(clinic.id, phone), now);
  const words = WORDS[primary(language)] ?? ENGLISH;
  switch (reply?.kind) {
    case undefined:
      return null;
    case 'confirms':
      return (await replies.confirm(clinic.id, reply.appointmentId)) ? { kind: 'reply', body: words.confirmed } : null;
    case 'moves':
      return { kind: 'note', words: words.moves, text: wantsToMove(reply.appointmentId) };
    case 'accepts': {
      const isBooked = await takeOffer({ replies, bookings }, received, reply.waitlistId);
      return { kind: 'reply', body: isBooked ? null : words.gone };
    }
    case 'too_late':
      return { kind: 'reply', body: words.gone };
  }
}

function wantsToMove(appointmentId: string): string {
  return `The customer answered a text about their appointment ${appointmentId}: they want another time for it. Ask when.`;
}

/** The hold under the entry's id keeps the time for this booking alone. */
async function takeOffer(
  { replies, bookings }: NoticeAnswersOptions,
  { clinic, now }: ReceivedReply,
  waitlistId: string,
): Promise<boolean> {
  const offer = await replies.offer(clinic.id, waitlistId);
  const service = offer && serviceById(clinic, offer.slot.serviceId);
  if (!offer || !service) return false;
  const { slot, customerName: name, phone } = offer;
  const result = await bookings.book({
    clinicId: clinic.id,
    conversationId: waitlistId,
    channel: 'sms',
    key: `waitlist/${waitlistId}/${slot.startsAt}`,
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer: { name, phone, email: null },
    notes: null,
    now,
  });
  if (result.kind !== 'booked') return false;
  await replies.accept(clinic.id, waitlistId);
  return true;
}
