/**
 * The sentences Ava says by rule and not by the model's choice, in every language she has fixed phrases for. They are
 * rendered once per clinic, voice and language, so that they can be played at once, with the model slow or away.
 */
import type { Clinic } from '../domain/clinic.ts';

/** Everything a phone call may need by rule. */
export interface FixedPhrases {
  /** Says whose phone this is, that Ava is an AI, and the clinic's consent sentence where it has one. */
  readonly greeting: string;
  readonly goodbye: string;
  /** While a tool or the model takes long. */
  readonly oneMoment: string;
  /** After a silence of the caller's. */
  readonly stillThere: string;
  /** After the second silence. */
  readonly silentGoodbye: string;
  /** A little before the longest call is over, and when it is. */
  readonly timeIsShort: string;
  readonly timeIsUp: string;
  /** Before staff are dialled. */
  readonly connecting: string;
  readonly emergency: string;
  /** When something broke and the caller is handed on. */
  readonly trouble: string;
  /** When what the caller said was lost on its way. */
  readonly lostYou: string;
  /** When staff were dialled and nobody took the call. */
  readonly nobodyAnswered: string;
}

type Sentences = Omit<FixedPhrases, 'greeting'> & { readonly greeting: (consent: string) => string };

const ENGLISH = (clinic: string): Sentences => ({
  greeting: (consent) =>
    `Thank you for calling ${clinic}. This is Ava, the AI assistant.${consent} How can I help you today?`,
  goodbye: `Thank you for calling ${clinic}. Goodbye!`,
  oneMoment: 'One moment, please.',
  stillThere: 'Are you still there?',
  silentGoodbye: "I can't hear you any more, so I'll end our call here. Please call again any time. Goodbye!",
  timeIsShort: 'Just so you know, our call will end in about a minute.',
  timeIsUp: "I'm sorry, I have to end our call now. Please call again if there is more I can do. Goodbye!",
  connecting: "I'll connect you with our staff now. One moment, please.",
  emergency:
    'This sounds like it needs a person right away. If you are in danger, please hang up and call your local emergency number. I am connecting you with our staff now.',
  trouble: "I'm sorry, I'm having technical trouble.",
  lostYou: "I'm sorry, I lost you for a moment. Could you say that again?",
  nobodyAnswered: "I'm sorry, nobody can take your call right now. Please call again later. Goodbye.",
});

const SPANISH = (clinic: string): Sentences => ({
  greeting: (consent) =>
    `Gracias por llamar a ${clinic}. Soy Ava, la asistente de inteligencia artificial.${consent} ¿En qué puedo ayudarle?`,
  goodbye: `Gracias por llamar a ${clinic}. ¡Adiós!`,
  oneMoment: 'Un momento, por favor.',
  stillThere: '¿Sigue ahí?',
  silentGoodbye: 'Ya no le oigo, así que termino la llamada. Puede volver a llamar cuando quiera. ¡Adiós!',
  timeIsShort: 'Le aviso de que nuestra llamada terminará en un minuto.',
  timeIsUp: 'Lo siento, tengo que terminar la llamada. Vuelva a llamar si puedo hacer algo más. ¡Adiós!',
  connecting: 'Le paso con nuestro personal. Un momento, por favor.',
  emergency:
    'Esto parece necesitar a una persona enseguida. Si está en peligro, cuelgue y llame al número de emergencias. Le paso ahora con nuestro personal.',
  trouble: 'Lo siento, tengo un problema técnico.',
  lostYou: 'Lo siento, le he perdido un momento. ¿Podría repetirlo?',
  nobodyAnswered: 'Lo siento, nadie puede atenderle ahora. Vuelva a llamar más tarde. Adiós.',
});

const FRENCH = (clinic: string): Sentences => ({
  greeting: (consent) =>
    `Merci d'appeler ${clinic}. Je suis Ava, l'assistante d'intelligence artificielle.${consent} Comment puis-je vous aider ?`,
  goodbye: `Merci d'avoir appelé ${clinic}. Au revoir !`,
  oneMoment: 'Un instant, s’il vous plaît.',
  stillThere: 'Vous êtes toujours là ?',
  silentGoodbye: 'Je ne vous entends plus, je termine donc notre appel. Rappelez-nous quand vous voulez. Au revoir !',
  timeIsShort: 'Je vous préviens que notre appel se terminera dans une minute.',
  timeIsUp: 'Je suis désolée, je dois terminer notre appel. Rappelez si je peux faire autre chose. Au revoir !',
  connecting: 'Je vous passe notre équipe. Un instant, s’il vous plaît.',
  emergency:
    'Cela demande une personne tout de suite. Si vous êtes en danger, raccrochez et appelez les urgences. Je vous passe notre équipe.',
  trouble: 'Je suis désolée, j’ai un problème technique.',
  lostYou: 'Je suis désolée, je vous ai perdu un instant. Pourriez-vous répéter ?',
  nobodyAnswered: 'Je suis désolée, personne ne peut vous répondre. Rappelez plus tard. Au revoir.',
});

const GERMAN = (clinic: string): Sentences => ({
  greeting: (consent) =>
    `Danke für Ihren Anruf bei ${clinic}. Hier ist Ava, die KI-Assistentin.${consent} Was kann ich für Sie tun?`,
  goodbye: `Danke für Ihren Anruf bei ${clinic}. Auf Wiederhören!`,
  oneMoment: 'Einen Moment, bitte.',
  stillThere: 'Sind Sie noch da?',
  silentGoodbye: 'Ich höre Sie nicht mehr und beende den Anruf. Rufen Sie gern wieder an. Auf Wiederhören!',
  timeIsShort: 'Unser Gespräch endet in etwa einer Minute.',
  timeIsUp: 'Es tut mir leid, ich muss das Gespräch jetzt beenden. Rufen Sie gern wieder an. Auf Wiederhören!',
  connecting: 'Ich verbinde Sie mit unserem Team. Einen Moment, bitte.',
  emergency:
    'Das braucht sofort einen Menschen. Wenn Sie in Gefahr sind, legen Sie bitte auf und rufen Sie den Notruf. Ich verbinde Sie jetzt mit unserem Team.',
  trouble: 'Es tut mir leid, ich habe technische Schwierigkeiten.',
  lostYou: 'Entschuldigung, ich habe Sie kurz nicht gehört. Könnten Sie das bitte wiederholen?',
  nobodyAnswered:
    'Es tut mir leid, gerade kann niemand Ihren Anruf annehmen. Bitte rufen Sie später wieder an. Auf Wiederhören.',
});

const LANGUAGES: Readonly<Record<string, (clinic: string) => Sentences>> = {
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  de: GERMAN,
};

/** A clinic's phrases in its language; English where there are none in that language, or the clinic is not known. */
export function fixedPhrases(
  clinic: Pick<Clinic, 'name' | 'language' | 'consentSentence'> = NOBODY,
  language: string = clinic.language,
): FixedPhrases {
  const sentences = (LANGUAGES[language.slice(0, 2).toLowerCase()] ?? ENGLISH)(clinic.name);
  return { ...sentences, greeting: sentences.greeting(clinic.consentSentence ? ` ${clinic.consentSentence}` : '') };
}

const NOBODY = { name: 'us', language: 'en', consentSentence: null };
