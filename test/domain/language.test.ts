import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../src/domain/language.ts';
import { lumen, radiance } from '../support/memory-clinics.ts';

const ALL = ['en-US', 'es-US', 'fr-CA', 'de-DE'];

describe('the language of a turn', () => {
  it.each([
    ["I'd like to book a Botox appointment for tomorrow at 2 PM.", 'en-US'],
    ['What time do you close on Sundays?', 'en-US'],
    ['My name is Juan Carlos de la Vega.', 'en-US'],
    ['Do you take walk-ins, or do I need an appointment?', 'en-US'],
    ['Hi, this is María José Fernández Muñoz calling about my appointment.', 'en-US'],
    ['Hola, quisiera hacer una cita para mañana por la tarde.', 'es-US'],
    ['¿A qué hora abren los domingos?', 'es-US'],
    ['¿Cuánto cuesta el Botox?', 'es-US'],
    ['Me llamo John Smith y necesito un Laser hair removal.', 'es-US'],
    ['Sí, por favor.', 'es-US'],
    ['Buenos dias, quiero cambiar mi cita del viernes.', 'es-US'],
    ['¿Habla español?', 'es-US'],
    ['Español, por favor.', 'es-US'],
    ['English, please.', 'en-US'],
    ['Sprechen Sie Deutsch?', 'de-DE'],
    ['Français ?', 'fr-CA'],
    ["Bonjour, j'aimerais prendre rendez-vous demain matin.", 'fr-CA'],
    ["Est-ce que vous êtes ouverts aujourd'hui ?", 'fr-CA'],
    ["C'est combien pour une consultation ?", 'fr-CA'],
    ['Guten Tag, ich möchte gerne einen Termin vereinbaren.', 'de-DE'],
    ['Wann haben Sie morgen noch etwas frei?', 'de-DE'],
    ['Ich heiße Weiß und brauche einen Termin für Botox.', 'de-DE'],
  ])('%s is %s', (turn, language) => {
    expect(languageOf(turn, ALL)).toBe(language);
  });

  it.each([
    'Maria de la Cruz',
    'Los Angeles, Las Vegas, El Paso',
    'Ludwig van der Rohe',
    'Anna von der Leyen',
    "Jean-Luc d'Artagnan Le Blanc",
    'Juan Carlos Fernández de los Santos y García',
    '5 5 5, 0 1 0, 9 9 9 9',
    'five five five oh one oh nine',
    'cinco cinco cinco, cero uno cero',
    'jordan dot lee, gmail dot com',
    '120 Calle de la Rosa, San Diego',
    'Botox, Hydrafacial, dermal filler, laser hair removal',
    'Crème de la mer facial',
    'Skin tag removal',
    'Dr. Elena Ruiz, Priya Sharma, Maya Chen',
  ])('stays what it was through names, numbers and what is sold: %s', (turn) => {
    expect(languageOf(turn, ALL)).toBeNull();
  });

  it.each(['Yes.', 'Sí.', 'Oui, merci.', 'Okay', 'Botox', '', '¿', 'Priya, please.'])(
    'stays what it was after so short a turn as “%s”',
    (turn) => {
      expect(languageOf(turn, ALL)).toBeNull();
    },
  );

  it.each([
    'Necesito una cita for tomorrow morning please.',
    'Hola, hello, buenos días, good morning.',
    'Do you speak español?',
    'Ich möchte, sorry, I want to book a Termin.',
  ])('stays what it was where languages are mixed: %s', (turn) => {
    expect(languageOf(turn, ALL)).toBeNull();
  });

  it('is never one that the clinic does not speak', () => {
    const spanish = 'Hola, quisiera hacer una cita para mañana.';
    expect(languageOf(spanish, radiance.conversation.languages)).toBe('es-US');
    expect(languageOf(spanish, lumen.conversation.languages)).toBeNull();
    expect(languageOf('Ich möchte gerne einen Termin.', radiance.conversation.languages)).toBeNull();
    expect(languageOf('Quisiera hacer una cita.', ['es-MX', 'es-ES'])).toBe('es-MX');
  });

  it('does not depend on case, accents or kinds of apostrophes', () => {
    expect(languageOf('J’AIMERAIS PRENDRE RENDEZ-VOUS DEMAIN', ALL)).toBe('fr-CA');
    expect(languageOf('quisiera una cita manana', ALL)).toBe('es-US');
  });

  it('is read out of anything at all without harm', () => {
    const anything = fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (turn) => {
      expect([null, ...ALL]).toContain(languageOf(turn, ALL));
    });
    fc.assert(anything);
  });
});
