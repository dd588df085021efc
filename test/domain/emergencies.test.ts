import { expect, it } from 'vitest';
import { isEmergency } from '../../src/domain/emergencies.ts';

it.each([
  'I have chest pain since this morning',
  'I can’t breathe',
  "I'm having trouble breathing after my filler",
  'My lips are really swollen after the treatment yesterday',
  'There is swelling around my eye after the injection',
  'I think I am having an allergic reaction',
  'My nose is turning white',
  'it won’t stop bleeding',
  'My mother just passed out',
  'I want to kill myself',
  "I don't want to live any more",
  'I took an overdose',
])('"%s" is an emergency', (words) => {
  expect(isEmergency(words, 'en-US')).toBe(true);
});

it.each([
  "I'd like to book Botox for tomorrow",
  'My face needs some filler',
  'I would love to treat my lips',
  'I am dying to get this done',
  'Do you do chest laser hair removal?',
  'My eyes look tired',
  'This is killing my budget',
])('"%s" is none', (words) => {
  expect(isEmergency(words, 'en-US')).toBe(false);
});

it('listens in the call’s language as well as in English, and for the clinic’s own phrases', () => {
  expect(isEmergency('No puedo respirar', 'es-MX')).toBe(true);
  expect(isEmergency('No puedo respirar', 'en-US')).toBe(false);
  expect(isEmergency('I cannot breathe', 'es-MX')).toBe(true);
  expect(isEmergency('The vessel is blocked I think', 'en-US', ['vessel is blocked'])).toBe(true);
});
