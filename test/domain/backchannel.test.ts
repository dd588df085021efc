import { expect, it } from 'vitest';
import { isBackchannel } from '../../src/domain/backchannel.ts';

it.each(['', 'Mhm.', 'uh-huh', 'Okay.', 'Yeah, okay.', 'Right, right.', 'I see.', 'Got it.', 'mm-hmm'])(
  '"%s" asks for nothing',
  (words) => {
    expect(isBackchannel(words)).toBe(true);
  },
);

it.each([
  'No.',
  'Wait.',
  'Stop',
  'Yes, but later',
  'What?',
  'Hello?',
  'Okay, and what does it cost',
  'Botox',
  'Sorry?',
  'Actually',
])('"%s" wants the floor', (words) => {
  expect(isBackchannel(words)).toBe(false);
});
