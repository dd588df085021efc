/** What Ava writes by rule and not by the model's choice, in every language she has fixed phrases for. */
import type { Clinic } from '../domain/clinic.ts';
import { primary } from '../domain/language.ts';

export interface WrittenPhrases {
  /** Before the first answer of a conversation. */
  readonly disclosure: string;
  /** Where nothing better can be said: staff have been told. */
  readonly teamReplies: string;
  /** Words that need a person at once. */
  readonly emergency: string;
  /** A picture, and not a word with it. */
  readonly pictureOnly: string;
  readonly emptyText: string;
  /** Where the model ended the conversation without a word. */
  readonly goodbye: string;
  /** After a call that broke off; `times` were on offer, the chosen one alone where there was one. */
  readonly cutOff: (times: string) => string;
}

const ENGLISH = (clinic: string): WrittenPhrases => ({
  disclosure: `This is Ava, the AI assistant of ${clinic}.`,
  teamReplies: 'We got your message, and our team will reply.',
  emergency:
    'This sounds like it needs a person right away. If you are in danger, please call your local emergency number now. I have alerted our team.',
  pictureOnly: "Thank you. I can't open pictures here. Could you tell me in words what you need?",
  emptyText: 'Your message came without any text. How can I help you?',
  goodbye: `Thank you for texting ${clinic}. Goodbye!`,
  cutOff: (times) =>
    `I'm sorry, our call was cut off. We can go on here by text: I still have ${times}. Would that suit you?`,
});

const SPANISH = (clinic: string): WrittenPhrases => ({
  disclosure: `Soy Ava, la asistente de inteligencia artificial de ${clinic}.`,
  teamReplies: 'Hemos recibido su mensaje, y nuestro equipo le responderá.',
  emergency:
    'Esto parece necesitar a una persona enseguida. Si está en peligro, llame ahora al número de emergencias. He avisado a nuestro equipo.',
  pictureOnly: 'Gracias. Aquí no puedo abrir imágenes. ¿Podría escribirme lo que necesita?',
  emptyText: 'Su mensaje ha llegado sin texto. ¿En qué puedo ayudarle?',
  goodbye: `Gracias por escribir a ${clinic}. ¡Adiós!`,
  cutOff: (times) =>
    `Lo siento, se cortó nuestra llamada. Podemos seguir por aquí: todavía tengo ${times}. ¿Le viene bien?`,
});

const FRENCH = (clinic: string): WrittenPhrases => ({
  disclosure: `Je suis Ava, l'assistante d'intelligence artificielle de ${clinic}.`,
  teamReplies: 'Nous avons bien reçu votre message, notre équipe vous répondra.',
  emergency:
    "Cela demande une personne tout de suite. Si vous êtes en danger, appelez les urgences maintenant. J'ai prévenu notre équipe.",
  pictureOnly: 'Merci. Je ne peux pas ouvrir les images ici. Pouvez-vous écrire ce dont vous avez besoin ?',
  emptyText: 'Votre message est arrivé sans texte. Comment puis-je vous aider ?',
  goodbye: `Merci d'avoir écrit à ${clinic}. Au revoir !`,
  cutOff: (times) =>
    `Je suis désolée, notre appel a été coupé. Nous pouvons continuer ici : j'ai encore ${times}. Cela vous convient-il ?`,
});

const GERMAN = (clinic: string): WrittenPhrases => ({
  disclosure: `Hier ist Ava, die KI-Assistentin von ${clinic}.`,
  teamReplies: 'Wir haben Ihre Nachricht erhalten, unser Team wird Ihnen antworten.',
  emergency:
    'Das braucht sofort einen Menschen. Wenn Sie in Gefahr sind, rufen Sie bitte jetzt den Notruf. Ich habe unserem Team Bescheid gegeben.',
  pictureOnly: 'Danke. Bilder kann ich hier nicht öffnen. Können Sie mir schreiben, was Sie brauchen?',
  emptyText: 'Ihre Nachricht kam ohne Text an. Was kann ich für Sie tun?',
  goodbye: `Danke für Ihre Nachricht an ${clinic}. Auf Wiedersehen!`,
  cutOff: (times) =>
    `Es tut mir leid, unser Gespräch wurde unterbrochen. Wir können hier weiterschreiben: ${times} ist noch frei. Passt Ihnen das?`,
});

const LANGUAGES: Readonly<Record<string, (clinic: string) => WrittenPhrases>> = {
  en: ENGLISH,
  es: SPANISH,
  fr: FRENCH,
  de: GERMAN,
};

/** A clinic's phrases in a language (BCP 47); English where there are none in it. */
export function writtenPhrases(clinic: Pick<Clinic, 'name'>, language: string): WrittenPhrases {
  return (LANGUAGES[primary(language)] ?? ENGLISH)(clinic.name);
}
