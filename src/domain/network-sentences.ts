/** What the telephone network says in our place to callers whom Ava cannot serve. English where there is none in a language. */
import { primary } from './language.ts';

/** The clinic in whose place it speaks, to a caller of this language. */
export interface SpokenFor {
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
}

export interface NetworkSentences {
  /** No node has room, or no model is to be had. */
  readonly busy: string;
  /** Behind it, where there are staff to dial. */
  readonly puttingThrough: string;
  /** Before the tone of a voicemail. */
  readonly leaveMessage: (clinic: string) => string;
  readonly noMessage: string;
  readonly messageTaken: string;
}

const ENGLISH: NetworkSentences = {
  busy: "We're sorry, our receptionist is busy right now.",
  puttingThrough: 'One moment, we are putting you through to the team.',
  leaveMessage: (clinic) => `Please leave a message for ${clinic} after the tone, and someone will call you back.`,
  noMessage: "We didn't hear a message. Goodbye.",
  messageTaken: 'Thank you. Your message was recorded. Goodbye.',
};

const SENTENCES: Readonly<Record<string, NetworkSentences>> = {
  en: ENGLISH,
  es: {
    busy: 'Lo sentimos, nuestra recepcionista está ocupada en este momento.',
    puttingThrough: 'Un momento, le pasamos con el equipo.',
    leaveMessage: (clinic) =>
      `Por favor, deje un mensaje para ${clinic} después de la señal y le devolveremos la llamada.`,
    noMessage: 'No hemos recibido ningún mensaje. Adiós.',
    messageTaken: 'Gracias. Su mensaje ha quedado grabado. Adiós.',
  },
  fr: {
    busy: 'Nous sommes désolés, notre réceptionniste est occupée pour le moment.',
    puttingThrough: "Un instant, nous vous passons l'équipe.",
    leaveMessage: (clinic) => `Laissez un message pour ${clinic} après le bip et nous vous rappellerons.`,
    noMessage: "Nous n'avons pas entendu de message. Au revoir.",
    messageTaken: 'Merci. Votre message est enregistré. Au revoir.',
  },
  de: {
    busy: 'Es tut uns leid, unser Empfang ist gerade besetzt.',
    puttingThrough: 'Einen Moment, wir verbinden Sie mit unserem Team.',
    leaveMessage: (clinic) => `Bitte hinterlassen Sie nach dem Ton eine Nachricht für ${clinic}, wir rufen Sie zurück.`,
    noMessage: 'Wir haben keine Nachricht gehört. Auf Wiederhören.',
    messageTaken: 'Danke. Ihre Nachricht wurde aufgenommen. Auf Wiederhören.',
  },
};

/** `language`: BCP 47. */
export function networkSentences(language: string): NetworkSentences {
  return SENTENCES[primary(language)] ?? ENGLISH;
}
