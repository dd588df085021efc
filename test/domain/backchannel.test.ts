import { expect, it } from 'vitest';
import { isBackchannel } from '../../src/domain/backchannel.ts';

it.each([
  '',
  '…',
  'Mhm.',
  'mm-hmm',
  'Mmm',
  'Hmm.',
  'uh-huh',
  'Uh huh.',
  'Okay.',
  'OK',
  'Yeah, okay.',
  'Right, right.',
  'Yeah yeah yeah yeah',
  'All right.',
  'I see.',
  'Got it.',
  'Sounds good',
  'Ja, genau.',
  'Alles klar.',
  'Sí, claro.',
  'De acuerdo',
  'Oui, d’accord.',
])('"%s" asks for nothing', (words) => {
  expect(isBackchannel(words)).toBe(true);
});

it.each([
  'No.',
  'Wait.',
  'Stop',
  'Yes, but later',
  'What?',
  'Hello?',
  'Right?',
  'Okay?',
  'Huh?',
  'Okay, and what does it cost',
  'Okay so',
  'Botox',
  'Sorry?',
  'Actually',
  'I',
  'It',
  'All',
  'I see it differently',
  'Right now',
  'Sure about Tuesday',
  'Great but',
  'Yes yes yes yes yes',
  'Jan',
  'Nein',
  'Sí, pero no',
  'Oui mais',
  'One',
])('"%s" wants the floor', (words) => {
  expect(isBackchannel(words)).toBe(false);
});
