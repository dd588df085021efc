/** What only looks like a day or a time: nothing may be read from it. And no sentence may break the reading. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emailIn } from '../../src/domain/emails.ts';
import { type Mention, mentionIn, NO_MENTION } from '../../src/domain/mentions.ts';
import { phoneNumberIn } from '../../src/domain/phone-numbers.ts';

const NOW = Date.parse('2026-11-23T15:00:00Z');
const read = (text: string) => mentionIn(text, NOW, 'America/New_York');

describe('nothing is read from', () => {
  it.each([
    'My name is April',
    'My name is April May',
    'My name’s Sat',
    'my name is Tuesday Weld',
    'My name is Wednesday Addams',
    'My name is Mark Sunday',
    'It’s June Carter',
    'This is August Wilson',
    'April Summers',
    'April.',
    'I’m May',
    'I’m Jan',
    'Elena Brown speaking',
    'Tuesday Weld speaking',
  ])('a name: %s', (text) => {
    expect(read(text)).toEqual(NO_MENTION);
  });

  it.each([
    'My number is 555-010-0142',
    'my number is 555 010 0142',
    "it's five five five, zero one zero, zero one four two",
    'you can reach me at two one two five five five oh one four two',
    'you can reach me at five five five',
    'reach me at 2 1 2 5 5 5 0 1 4 2',
    'call me at 555 0142',
    'call me at 2125551230',
    '555.010.0142',
    '+1 (555) 010-0142',
    'double five five, oh one oh, oh one four two',
  ])('a phone number: %s', (text) => {
    expect(read(text)).toEqual(NO_MENTION);
  });

  it.each([
    'jordan.lee@example.com',
    'jordan dot lee at example dot com',
    "it's april at 2 example dot com",
    'sat at example dot com',
    'mon24@example.com',
    'tuesday@example.com',
    'my email is friday at gmail dot com',
    'I live at 12 Main Street',
    'I live on 24th Street',
    "it's my 30th birthday",
    'on the 3rd floor',
    'my 3rd visit',
  ])('an address: %s', (text) => {
    expect(read(text)).toEqual(NO_MENTION);
  });

  it.each([
    'Good morning, I’d like to book a Hydrafacial',
    'How are you doing today?',
    'Thanks, have a great weekend!',
    'enjoy the rest of your day',
    'I have sun damage',
    'sun spots',
    'too much sun',
    'I was out in the sun',
    'Yes, please.',
    'no that’s fine, book it',
    'hello',
    '',
    '…',
    '😀',
  ])('small talk: %s', (text) => {
    expect(read(text)).toEqual(NO_MENTION);
  });

  it('hides no wish beside it', () => {
    expect(read('My name is April May and I want Tuesday at 2 PM')).toMatchObject({
      days: { from: '2026-11-24' },
      at: { minute: 840 },
    });
    expect(read('Good morning! Can I come tomorrow morning?')).toMatchObject({
      days: { from: '2026-11-24' },
      part: { from: 0 },
    });
    expect(read('my number is 212 555 0142, any time after 5 pm')).toMatchObject({ part: { from: 1_020 } });
    expect(read('It’s tuesday@example.com, and Friday works').days).toEqual({ from: '2026-11-27', to: '2026-11-27' });
    expect(read('My name is Jordan Lee tomorrow at 2 please').days?.from).toBe('2026-11-24');
  });
});

/** Words that readers react to, in any order: what a fuzzer would never find letter by letter. */
const babble = fc
  .array(
    fc.constantFrom(
      ...(
        'at to one two 12 3: am pm . , - the 2nd monday sun may next week last in not but any ' +
        'before after between and or half quarter past oh five @ dot com my name is tomorrow 24/7 😀 ’ \n'
      ).split(' '),
    ),
    { maxLength: 40 },
  )
  .map((words) => words.join(' '));

/** What no calendar and no clock can show. */
function nonsenseIn({ days, at, part }: Mention): string[] {
  const dates = days ? [days.from, days.to] : [];
  const noDates = dates.filter((date) => new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date);
  const minutes = [at?.minute, part?.from, part?.to].filter((minute) => minute !== undefined);
  const noMinutes = minutes.filter((minute) => minute < 0 || minute > 1_440).map(String);
  const backwards = (days && days.from > days.to) || (part && part.from > part.to) ? ['backwards'] : [];
  return [...noDates, ...noMinutes, ...backwards];
}

describe('any sentence', () => {
  it('is read without a throw, into days and times that exist', () => {
    fc.assert(
      fc.property(fc.oneof(babble, fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), (text) => {
        emailIn(text);
        expect(nonsenseIn(read(text))).toEqual([]);
        expect(phoneNumberIn(text, '+12125550100') ?? '+12125550100').toMatch(/^\+[1-9]\d{6,14}$/);
      }),
      { seed: 20_261_123, numRuns: 400 },
    );
  });

  it.each([
    'a',
    '1',
    '1 ',
    ' ',
    'at 1 ',
    'not ',
    'any ',
    'any but ',
    'one two ',
    'dot ',
    'a at b ',
    'a dot ',
    'monday ',
    'may ',
    '12/',
    '1:',
    '1-',
    'the 1st ',
    'a.',
    'a@',
    'oh ',
    'double ',
    '(',
    'my name is ',
    '+1 ',
    '.',
    'next week ',
    '2 to ',
    'jan 1 ',
    '\n',
    '😀',
    'é',
    'I can’t ',
    'first one ',
  ])('of a hundred thousand characters is read in no time: %j', (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const begun = performance.now();
    read(text);
    emailIn(text);
    phoneNumberIn(text, '+12125550100');
    expect(performance.now() - begun).toBeLessThan(3_000);
  });
});
