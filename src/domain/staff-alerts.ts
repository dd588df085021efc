/** The words of texts to a clinic's staff: somebody left a message, or a conversation needs a person. */
import { primary } from './language.ts';

export type StaffAlert =
  /** `phone`: null where the number is withheld. */
  | { readonly kind: 'message'; readonly name: string | null; readonly phone: string | null; readonly text: string }
  | { readonly kind: 'voicemail'; readonly phone: string | null; readonly seconds: number | null }
  | { readonly kind: 'escalated'; readonly phone: string | null };

/** What stands of a message; all of it is in the record. */
const MOST_CHARACTERS = 300;

interface Words {
  readonly message: string;
  readonly voicemail: string;
  readonly escalated: string;
  readonly withheld: string;
  readonly stop: string;
}

const ENGLISH: Words = {
  message: 'message from',
  voicemail: 'new voicemail from',
  escalated: 'a person is needed by',
  withheld: 'a withheld number',
  stop: 'STOP ends texts.',
};
const WORDS: Readonly<Record<string, Words>> = {
  en: ENGLISH,
  es: {
    message: 'mensaje de',
    voicemail: 'nuevo mensaje de voz de',
    escalated: 'necesita a una persona:',
    withheld: 'un número oculto',
    stop: 'STOP: no recibir mensajes.',
  },
  fr: {
    message: 'message de',
    voicemail: 'nouveau message vocal de',
    escalated: 'a besoin de quelqu’un :',
    withheld: 'un numéro masqué',
    stop: 'STOP : plus de messages.',
  },
  de: {
    message: 'Nachricht von',
    voicemail: 'neue Sprachnachricht von',
    escalated: 'ein Mensch wird gebraucht von',
    withheld: 'unterdrückter Nummer',
    stop: 'STOP: keine Nachrichten mehr.',
  },
};

export function staffAlertText(
  alert: StaffAlert,
  clinic: { readonly name: string; readonly language: string },
): string {
  const words = WORDS[primary(clinic.language)] ?? ENGLISH;
  return `${clinic.name}: ${said(alert, words)} ${words.stop}`;
}

function said(alert: StaffAlert, words: Words): string {
  switch (alert.kind) {
    case 'message':
      return `${words.message} ${named(alert.name)}${alert.phone ?? words.withheld}: "${shortened(alert.text)}"`;
    case 'voicemail': {
      const length = alert.seconds === null ? '' : `, ${alert.seconds} s`;
      return `${words.voicemail} ${alert.phone ?? words.withheld}${length}.`;
    }
    case 'escalated':
      return `${words.escalated} ${alert.phone ?? words.withheld}.`;
  }
}

const named = (name: string | null): string => (name === null ? '' : `${name}, `);

function shortened(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= MOST_CHARACTERS) return text;
  return `${characters.slice(0, MOST_CHARACTERS).join('')}...`;
}
