/** Which offer a caller means, with the demo clinic's people and a list of times on the table. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clinic } from '../../src/domain/clinic.ts';
import { NO_OFFERS, type OfferBook, type OfferMatch, offer, offerMeant, offerNamed } from '../../src/domain/offers.ts';
import type { Slot } from '../../src/domain/slots.ts';
import { clinicOf, providerOf } from '../support/clinics.ts';

/** Monday 2026-11-23, 10:00 in New York. */
const NOW = Date.parse('2026-11-23T15:00:00Z');
const clinic: Clinic = clinicOf({
  timeZone: 'America/New_York',
  providers: [
    providerOf(),
    providerOf({ id: 'elena', name: 'Dr. Elena Ruiz' }),
    providerOf({ id: 'maya', name: 'Maya Chen' }),
  ],
});

/** `Tue 14:00 priya`, in the week of 23 November 2026; `Wed2` is the Wednesday after. */
function slot(text: string): Slot {
  const [day = '', time = '', providerId = 'priya'] = text.split(' ');
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const date = 23 + days.indexOf(day.slice(0, 3)) + (day.endsWith('2') ? 7 : 0);
  const startsAt = Date.UTC(2026, 10, date, Number(time.slice(0, 2)) + 5, Number(time.slice(3)));
  return { serviceId: 'botox', providerId, startsAt, endsAt: startsAt + 30 * 60_000 };
}

const table = (...slots: string[]): OfferBook => offer(NO_OFFERS, slots.map(slot));
/** `2` for one offer by its number, `2+3` for several, or the kind of answer. */
const told = (match: OfferMatch): string =>
  match.kind === 'one'
    ? String(match.offer.number)
    : match.kind === 'several'
      ? match.offers.map((each) => each.number).join('+')
      : match.kind;

const THREE = table('Tue 10:00', 'Wed 14:00 elena', 'Fri 16:30');
const ONE = table('Tue 14:00');

describe('of Tuesday at 10, Wednesday at 2 with Dr. Ruiz and Friday at 4:30', () => {
  it.each([
    ['the first one', '1'],
    ['I’ll take the second', '2'],
    ['the third please', '3'],
    ['let’s do the 3rd one', '3'],
    ['third option', '3'],
    ['number two please', '2'],
    ['option 3', '3'],
    ['the last one', '3'],
    ['the earliest', '1'],
    ['the latest one please', '3'],
    ['The second one is good', '2'],
    ['Can I do the second one instead?', '2'],
    ['Tuesday', '1'],
    ['Wednesday works', '2'],
    ['tomorrow is fine', '1'],
    ['on Friday', '3'],
    ['two o’clock', '2'],
    ['at ten', '1'],
    ['4:30 works', '3'],
    ['half past four', '3'],
    ['in the morning', '1'],
    ['the one with Elena', '2'],
    ['I’d like to see Dr. Ruiz', '2'],
    ['Wednesday with Doctor Ruiz', '2'],
    ['after 3', '3'],
    ['the 25th', '2'],
    ['not the first, the third', '3'],
    ['not Tuesday, Wednesday', '2'],
    ['the afternoon', '2+3'],
    ['the first or the third', '1+3'],
    ['Tuesday or Wednesday', '1+2'],
    ['Tuesday or Friday', '1+3'],
    ['with Priya', '1+3'],
    ['the earlier one', '1+2+3'],
    ['the middle one', '2'],
    ['the one in the middle, please', '2'],
    ['the one on Friday', '3'],
    ['the Wednesday one', '2'],
    ['the morning one', '1'],
    ['the 2 PM one', '2'],
    ['the two o’clock', '2'],
    ['the 4:30', '3'],
    ['second', '2'],
    ['second, please', '2'],
    ['third works for me', '3'],
    ['one', '1'],
    ['three please', '3'],
    ['3', '3'],
    ['um, three', '3'],
    ['I’ll take three', '3'],
    ['let’s do ten', '1'],
    ['ten works', '1'],
    ['two', '2'],
    ['the first one, no wait, the third one', '3'],
    ['Tuesday, or rather Friday', '3'],
    ['the last one you said', '3'],
    ['either is fine', '1'],
    ['any of those works', '1'],
    ['whichever you prefer', '1'],
    ['I don’t mind', '1'],
    ['you choose', '1'],
    ['it doesn’t matter', '1'],
    ['either Wednesday or Friday is fine', '2'],
    ['whatever is earliest', '1'],
  ])('"%s" means %s', (words, meant) => {
    expect(told(offerMeant(THREE.latest, words, clinic, NOW))).toBe(meant);
  });

  it.each([
    'Thursday',
    'Tuesday at 3',
    '5 PM',
    'next week',
    'two o’clock with Priya',
    'with Maya',
    'in the evening',
    'not the first one',
    'the first one doesn’t work',
    'Tuesday doesn’t work for me',
    '10 is too early',
    'I can’t make any of those, that doesn’t work',
    'none of those',
    'neither',
    'neither of them works',
    'none of them, sorry',
    'no, none',
    'either next week or the week after',
    'the second one on Friday, not Wednesday the second',
  ])('"%s" means something else', (words) => {
    expect(told(offerMeant(THREE.latest, words, clinic, NOW))).toBe('other_wish');
  });

  it.each([
    '',
    'yes',
    'hmm',
    'one second please',
    'just a second, let me check the calendar',
    'hold on a second',
    'what was the price again?',
    'this is my first time',
    'the first time I came it hurt',
    'the last time I had Botox was great',
    'first thing in the morning would be lovely, do you have that? no? oh well',
    'I need a second opinion',
    'my phone number is 5 5 5',
    'my number is 2',
    'I need two units',
    'My name is Elena Brown',
    'Elena Brown speaking',
    'Maya Johnson',
    'I called yesterday',
    'Is there parking?',
    'four',
    'zero',
    'two two five',
    'I don’t mind telling you my number',
    'does it matter if I am late?',
    'either way, how much is it?',
    'any news about my refund?',
    'is it one or two sessions?',
    'the sixth one',
    'what’s the earliest you have?',
    'do you have an earlier one?',
    'May I ask something?',
    'I see, with pleasure',
  ])('"%s" means none', (words) => {
    const match = offerMeant(THREE.latest, words, clinic, NOW);
    const wished = words.startsWith('first thing');
    expect(told(match)).toBe(wished ? '1' : 'none');
  });
});

describe('of two times on each of two days', () => {
  const four = table('Tue 10:00', 'Tue 15:00', 'Wed 10:00', 'Wed 15:00');
  it.each([
    ['the second one on Wednesday', '4'],
    ['the second one', '2'],
    ['Wednesday at 3', '4'],
    ['the first one on Wednesday', '3'],
    ['Wednesday morning', '3'],
    ['Wednesday', '3+4'],
    ['at 10', '1+3'],
  ])('"%s" means %s', (words, meant) => {
    expect(told(offerMeant(four.latest, words, clinic, NOW))).toBe(meant);
  });
});

describe('of two times', () => {
  it('the earlier and the later one are plain', () => {
    const two = table('Tue 10:00', 'Tue 15:00');
    expect(told(offerMeant(two.latest, 'the earlier one', clinic, NOW))).toBe('1');
    expect(told(offerMeant(two.latest, 'the later one please', clinic, NOW))).toBe('2');
  });

  it('the former and the latter are plain, and either is the first', () => {
    const two = table('Tue 10:00', 'Tue 15:00');
    expect(told(offerMeant(two.latest, 'the former', clinic, NOW))).toBe('1');
    expect(told(offerMeant(two.latest, 'the latter works better', clinic, NOW))).toBe('2');
    expect(told(offerMeant(two.latest, 'either one', clinic, NOW))).toBe('1');
    expect(told(offerMeant(two.latest, 'both work for me', clinic, NOW))).toBe('1');
    expect(told(offerMeant(two.latest, 'neither', clinic, NOW))).toBe('other_wish');
  });

  it('a bare number that is one’s place and another’s hour is asked about', () => {
    const two = table('Tue 14:00', 'Tue 15:00');
    expect(told(offerMeant(two.latest, 'two', clinic, NOW))).toBe('2+1');
    expect(told(offerMeant(two.latest, 'three', clinic, NOW))).toBe('2');
    expect(told(offerMeant(two.latest, 'two o’clock', clinic, NOW))).toBe('1');
  });

  it('"the 2nd" may be a place or a date, and is asked about where both fit', () => {
    const dated = table('Wed2 10:00', 'Fri2 10:00');
    expect(told(offerMeant(dated.latest, 'the 2nd', clinic, NOW))).toBe('2+1');
    expect(told(offerMeant(THREE.latest, 'the 2nd', clinic, NOW))).toBe('2');
    expect(told(offerMeant(dated.latest, 'Wednesday the second', clinic, NOW))).toBe('1');
  });
});

describe('a caller who shares a provider’s name', () => {
  it('still gets the time that they named', () => {
    expect(told(offerMeant(table('Tue 14:00 priya').latest, 'Elena Brown, 2 PM works', clinic, NOW))).toBe('none');
    expect(told(offerMeant(table('Tue 14:00 priya').latest, 'my name is Elena, 2 PM works', clinic, NOW))).toBe('1');
    expect(told(offerMeant(table('Tue 14:00 elena').latest, 'Elena at 2 PM', clinic, NOW))).toBe('1');
  });
});

describe('with one time on the table', () => {
  it.each([
    'yes',
    'Sounds good',
    'ok',
    'perfect, thank you',
    'that one',
    'no that’s fine, book it',
    'Could you book it?',
    '2 works',
  ])('"%s" takes it', (words) => {
    expect(told(offerMeant(ONE.latest, `${words === '2 works' ? 'at ' : ''}${words}`, clinic, NOW))).toBe('1');
  });

  it.each([
    'no',
    'yes but later',
    'yes, but not Tuesday',
    'no, don’t book it',
    'good morning',
    'I have fine lines',
    'Are you sure?',
    'I’m good',
    'Is it okay to eat before?',
    'great, how much is it?',
    'okay, actually wait',
    'that works out to how much?',
  ])('"%s" does not take it', (words) => {
    expect(offerMeant(ONE.latest, words, clinic, NOW).kind).not.toBe('one');
  });
});

describe('what a model puts in slot_id', () => {
  it.each([
    ['slot_2', '2'],
    [' slot_3 ', '3'],
    ['2', '2'],
    ['#3', '3'],
    ['option 1', '1'],
    ['No. 2', '2'],
    ['two', '2'],
    ['Slot two', '2'],
    ['slot 2', '2'],
    ['SLOT_2', '2'],
    ['slot_two', '2'],
    ['slot-2', '2'],
    ['2.', '2'],
    ['second', '2'],
    ['3rd', '3'],
    ['2026-11-25T20:00:00+01:00', '2'],
    ['2026-11-25T11:00:00-08:00', '2'],
    ['2025-11-25T14:00:00-05:00', 'other_wish'],
    ['2026-11-25T14:00:00-05:00', '2'],
    ['2026-11-25T19:00:00Z', '2'],
    ['2026-11-25T14:00', '2'],
    ['2026-11-25T14:00:00', '2'],
    ['Wednesday at 2 PM', '2'],
    ['2026-11-25 14:00', '2'],
    ['the third one', '3'],
    ['2026-11-25T10:00:00', 'other_wish'],
    ['2026-11-25T14:00:00Z', 'other_wish'],
    ['2026-02-30T10:00', 'other_wish'],
    ['slot_9', 'none'],
    ['9', 'none'],
    ['0', 'none'],
    ['slot_2; drop table', 'none'],
    ['undefined', 'none'],
    ['null', 'none'],
    ['{}', 'none'],
    ['-1', 'none'],
    ['1e1', 'none'],
  ])('%s → %s', (name, meant) => {
    expect(told(offerNamed(THREE, name, clinic, NOW))).toBe(meant);
  });

  it('finds an earlier offer by its id and its start, and by nothing else', () => {
    const book = offer(THREE, [slot('Thu 11:00')]);
    expect(offerNamed(book, 'slot_2', clinic, NOW)).toMatchObject({
      kind: 'one',
      offer: { startsAt: slot('Wed 14:00').startsAt },
    });
    expect(offerNamed(book, '2026-11-25T14:00', clinic, NOW)).toMatchObject({ kind: 'one' });
    expect(offerNamed(book, '2', clinic, NOW).kind).toBe('none');
    expect(offerNamed(book, 'Wednesday', clinic, NOW).kind).toBe('other_wish');
  });
});

describe('the book of offers', () => {
  it('numbers the latest list, gives a slot one id for good, and never one id to two slots', () => {
    const times = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }), { maxLength: 12 });
    fc.assert(
      fc.property(times, (lists) => {
        const ids = new Map<number, string>();
        let book = NO_OFFERS;
        for (const list of lists) {
          book = offer(
            book,
            list.map((hour) => ({
              serviceId: 's',
              providerId: 'p',
              startsAt: hour * 3_600_000,
              endsAt: (hour + 1) * 3_600_000,
            })),
          );
          expect(book.latest.map((each) => each.number)).toEqual(list.map((_, index) => index + 1));
          const kept = book.earlier.filter((each) => (ids.get(each.startsAt) ?? each.slotId) === each.slotId);
          expect(kept).toEqual(book.earlier);
          for (const each of [...book.latest, ...book.earlier]) ids.set(each.startsAt, each.slotId);
          const all = [...book.latest, ...book.earlier].map((each) => each.slotId);
          expect(new Set(all).size).toBe(all.length);
          expect(book.earlier.length).toBeLessThanOrEqual(18);
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
