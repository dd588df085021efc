/**
 * The sentences Ava says by rule and not by the model's choice, in every language she has fixed phrases for. They are
 * rendered once per clinic, voice and language, so that they can be played at once, with the model slow or away.
 */
import type { Clinic } from '../domain/clinic.ts';
import type { FixedPhrases } from '../domain/fixed-phrases.ts';
import { primary } from '../domain/language.ts';

/** The greeting stands apart: the disclosure goes in between, whatever else a clinic wants said. */
type Sentences = Omit<FixedPhrases, 'greeting'> & { readonly opening: string; readonly invitation: string };

const ENGLISH = (clinic: string): Sentences => ({
  opening: `Thank you for calling ${clinic}.`,
  invitation: 'How can I help you today?',
  disclosure: 'This is Ava, the AI assistant.',
  goodbye: `Thank you for calling ${clinic}. Goodbye!`,
  oneMoment: 'One moment, please.',
  lostYou: "I'm sorry, I lost you for a moment. Could you say that again?",
  notUnderstood: "Sorry, I didn't catch that. Could you say it again?",
  stillThere: 'Are you still there?',
  silentGoodbye: "I can't hear you any more, so I'll end our call here. Please call again any time. Goodbye!",
  timeIsShort: 'Just so you know, our call will end in about a minute.',
  timeIsUp: "I'm sorry, I have to end our call now. Please call again if there is more I can do. Goodbye!",
  connecting: "I'll connect you with our staff now. One moment, please.",
  emergency:
    'This sounds like it needs a person right away. If you are in danger, please hang up and call your local emergency number. I am connecting you with our staff now.',
  emergencyAlone:
    'This sounds like it needs a person right away. If you are in danger, please hang up and call your local emergency number.',
  staffBusy: "I'm sorry, our staff line is busy right now. Would you like to leave a message?",
  staffAway: "I'm sorry, nobody from our staff can take your call right now. Would you like to leave a message?",
  trouble: "I'm sorry, I'm having technical trouble.",
  nobodyAnswered: "I'm sorry, nobody can take your call right now.",
});

const SPANISH = (clinic: string): Sentences => ({
  opening: `Gracias por llamar a ${clinic}.`,
  invitation: '¿En qué puedo ayudarle?',
  disclosure: 'Soy Ava, la asistente de inteligencia artificial.',
  goodbye: `Gracias por llamar a ${clinic}. ¡Adiós!`,
  oneMoment: 'Un momento, por favor.',
  lostYou: 'Lo siento, le perdí por un momento. ¿Podría repetirlo?',
  notUnderstood: 'Perdón, no le he entendido. ¿Podría decirlo otra vez?',
  stillThere: '¿Sigue ahí?',
  silentGoodbye: 'Ya no le oigo, así que termino la llamada. Puede volver a llamar cuando quiera. ¡Adiós!',
  timeIsShort: 'Le aviso de que nuestra llamada terminará en un minuto.',
  timeIsUp: 'Lo siento, tengo que terminar la llamada. Vuelva a llamar si puedo hacer algo más. ¡Adiós!',
  connecting: 'Le paso con nuestro personal. Un momento, por favor.',
  emergency:
    'Esto parece necesitar a una persona enseguida. Si está en peligro, cuelgue y llame al número de emergencias. Le paso ahora con nuestro personal.',
  emergencyAlone:
    'Esto parece necesitar a una persona enseguida. Si está en peligro, cuelgue y llame al número de emergencias.',
  staffBusy: 'Lo siento, la línea de nuestro personal está ocupada. ¿Quiere dejar un mensaje?',
  staffAway: 'Lo siento, ahora mismo nadie de nuestro personal puede atenderle. ¿Quiere dejar un mensaje?',
  trouble: 'Lo siento, tengo un problema técnico.',
  nobodyAnswered: 'Lo siento, nadie puede atenderle ahora.',
});

const FRENCH = (clinic: string): Sentences => ({
  opening: `Merci d'appeler ${clinic}.`,
  invitation: 'Comment puis-je vous aider ?',
  disclosure: "Je suis Ava, l'assistante d'intelligence artificielle.",
  goodbye: `Merci d'avoir appelé ${clinic}. Au revoir !`,
  oneMoment: 'Un instant, s’il vous plaît.',
  lostYou: 'Je suis désolée, je vous ai perdu un instant. Pouvez-vous répéter ?',
  notUnderstood: 'Pardon, je n’ai pas compris. Pouvez-vous le redire ?',
  stillThere: 'Vous êtes toujours là ?',
  silentGoodbye: 'Je ne vous entends plus, je termine donc notre appel. Rappelez-nous quand vous voulez. Au revoir !',
  timeIsShort: 'Je vous préviens que notre appel se terminera dans une minute.',
  timeIsUp: 'Je suis désolée, je dois terminer notre appel. Rappelez si je peux faire autre chose. Au revoir !',
  connecting: 'Je vous passe notre équipe. Un instant, s’il vous plaît.',
  emergency:
    'Cela demande une personne tout de suite. Si vous êtes en danger, raccrochez et appelez les urgences. Je vous passe notre équipe.',
  emergencyAlone:
    'Cela demande une personne tout de suite. Si vous êtes en danger, raccrochez et appelez les urgences.',
  staffBusy: 'Je suis désolée, la ligne de notre équipe est occupée. Voulez-vous laisser un message ?',
  staffAway:
    'Je suis désolée, personne de notre équipe ne peut vous répondre pour le moment. Voulez-vous laisser un message ?',
  trouble: 'Je suis désolée, j’ai un problème technique.',
  nobodyAnswered: 'Je suis désolée, personne ne peut vous répondre.',
});

const GERMAN = (clinic: string): Sentences => ({
  opening: `Danke für Ihren Anruf bei ${clinic}.`,
  invitation: 'Was kann ich für Sie tun?',
  disclosure: 'Hier ist Ava, die KI-Assistentin.',
  goodbye: `Danke für Ihren Anruf bei ${clinic}. Auf Wiederhören!`,
  oneMoment: 'Einen Moment, bitte.',
  lostYou: 'Es tut mir leid, ich habe Sie kurz verloren. Können Sie das bitte wiederholen?',
  notUnderstood: 'Entschuldigung, das habe ich nicht verstanden. Können Sie es bitte noch einmal sagen?',
  stillThere: 'Sind Sie noch da?',
  silentGoodbye: 'Ich höre Sie nicht mehr und beende den Anruf. Rufen Sie gern wieder an. Auf Wiederhören!',
  timeIsShort: 'Unser Gespräch endet in etwa einer Minute.',
  timeIsUp: 'Es tut mir leid, ich muss das Gespräch jetzt beenden. Rufen Sie gern wieder an. Auf Wiederhören!',
  connecting: 'Ich verbinde Sie mit unserem Team. Einen Moment, bitte.',
  emergency:
    'Das braucht sofort einen Menschen. Wenn Sie in Gefahr sind, legen Sie bitte auf und rufen Sie den Notruf. Ich verbinde Sie jetzt mit unserem Team.',
  emergencyAlone:
    'Das braucht sofort einen Menschen. Wenn Sie in Gefahr sind, legen Sie bitte auf und rufen Sie den Notruf.',
  staffBusy: 'Es tut mir leid, unser Team spricht gerade. Möchten Sie eine Nachricht hinterlassen?',
  staffAway:
    'Es tut mir leid, von unserem Team kann gerade niemand Ihren Anruf annehmen. Möchten Sie eine Nachricht hinterlassen?',
  trouble: 'Es tut mir leid, ich habe technische Schwierigkeiten.',
  nobodyAnswered: 'Es tut mir leid, gerade kann niemand Ihren Anruf annehmen.',
});

const LANGUAGES: Readonly<Record<string, (clinic: string) => Sentences>> = {
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  de: GERMAN,
};

/**
 * A clinic's phrases in its language; English where there are none in that language, or the clinic is not known. Its own
 * greeting opens the greeting in the language that it was written in.
 */
export function fixedPhrases(
  clinic: Pick<Clinic, 'name' | 'language' | 'consentSentence' | 'greeting'> = NOBODY,
  language: string = clinic.language,
): FixedPhrases {
  const { opening, invitation, ...sentences } = (LANGUAGES[primary(language)] ?? ENGLISH)(clinic.name);
  const own = primary(language) === primary(clinic.language) ? clinic.greeting : null;
  const disclosure = [sentences.disclosure, clinic.consentSentence].filter(Boolean).join(' ');
  // First of all: phrases are rendered in this order.
  return { greeting: `${own ?? opening} ${disclosure} ${invitation}`, ...sentences, disclosure };
}

const NOBODY = { name: 'us', language: 'en', consentSentence: null, greeting: null };
