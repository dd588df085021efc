/** Clock times and parts of the day in callers' sentences. */
import { describe, expect, it } from 'vitest';
import { mentionIn } from '../../src/domain/mentions.ts';

const NOW = Date.parse('2026-11-23T15:00:00Z');
const clock = (minute: number): string => `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
/** `14:00`, or `14:00?` where AM or PM is only likely. */
const timeOf = (text: string): string | null => {
  const { at } = mentionIn(text, NOW, 'America/New_York');
  return at && `${clock(at.minute)}${at.sure ? '' : '?'}`;
};
const partOf = (text: string): string | null => {
  const { part } = mentionIn(text, NOW, 'America/New_York');
  return part && `${clock(part.from)}-${clock(part.to)}`;
};

describe('a time in a caller’s words', () => {
  it.each([
    ['noon', '12:00'],
    ['around noonish', '12:00'],
    ['at midnight', '0:00'],
    ['12 AM', '0:00'],
    ['12 PM', '12:00'],
    ['12:30 am', '0:30'],
    ['12:30 pm', '12:30'],
    ['at twelve', '12:00?'],
    ['half eleven', '11:30?'],
    ['half past eleven', '11:30?'],
    ['quarter past ten', '10:15?'],
    ['quarter past 10 am', '10:15'],
    ['a quarter to four', '15:45?'],
    ['a quarter of four', '15:45?'],
    ['quarter to one', '12:45?'],
    ['ten past two', '14:10?'],
    ['twenty past four', '16:20?'],
    ['twenty to three', '14:40?'],
    ['at ten to three', '14:50?'],
    ['ten minutes to three', '14:50?'],
    ['two fifteen', '14:15?'],
    ['two-thirty', '14:30?'],
    ['two forty-five', '14:45?'],
    ['six thirty pm', '18:30'],
    ['2pm', '14:00'],
    ['2 p m', '14:00'],
    ['2 P.M.', '14:00'],
    ['two p.m. please', '14:00'],
    ['2ish', '14:00?'],
    ['threeish', '15:00?'],
    ['at 2.30pm', '14:30'],
    ['at 10.30 on Tuesday', '10:30?'],
    ['08:00', '8:00'],
    ['14:30', '14:30'],
    ["two o'clock with Priya", '14:00?'],
    ['2 o clock', '14:00?'],
    ['four in the afternoon', '16:00'],
    ['5 in the morning', '5:00'],
    ['8 at night', '20:00'],
    ['eight tonight', '20:00'],
    ['tomorrow evening at 8', '20:00'],
    ['Friday morning at 9', '9:00'],
    ['in the afternoon, at 3', '15:00'],
    ['book me for two', '14:00?'],
    ['can you move it to 4', '16:00?'],
    ['at 3 with Dr. Ruiz', '15:00?'],
    ['say two', '14:00?'],
    ['not at 2, at 3', '15:00?'],
    ['2 p.m. doesn’t work. Do you have 4 p.m.?', '16:00'],
    ['the 2 PM if you don’t mind', '14:00'],
  ])('%s', (text, time) => {
    expect(timeOf(text)).toBe(time);
  });

  it.each([
    '2 PM is too early',
    'two doesn’t work',
    'ten to three',
    'five to nine',
    '3 works',
    'three please',
    'either two or three',
    'the second one',
    'number two',
    'option 3',
    'I need 20 units',
    'two syringes please',
    'around 3 people',
    'about 2 units',
    'for 2 people',
    'an appointment for two',
    'for one person',
    'at one point',
    'one at a time',
    'one by one',
    'at one of your locations',
    'say two words',
    'I’m free for 2 hours',
    'I have been there 2 times',
    'at 25',
    'at 0',
    '24:00',
    '3:75',
    '1430',
    '$2.30',
    '24-hour',
    '911',
    'Room 12',
    'the 24th',
    '12/3',
    '2027-01-05',
    '12 at night',
    'mañana a las dos',
    '明天下午两点',
  ])('is not in "%s"', (text) => {
    expect(timeOf(text)).toBeNull();
  });
});

describe('a part of the day in a caller’s words', () => {
  it.each([
    ['in the morning', '0:00-11:59'],
    ['mornings are best', '0:00-11:59'],
    ['early afternoon', '12:00-14:29'],
    ['this evening', '17:00-24:00'],
    ['morning or afternoon', '0:00-16:59'],
    ['over lunch', '11:30-13:30'],
    ['after 3 o’clock', '15:00-24:00'],
    ['any time after two thirty', '14:30-24:00'],
    ['not before 3', '15:00-24:00'],
    ['no earlier than ten', '10:00-24:00'],
    ['before ten am', '0:00-9:59'],
    ['no later than 5', '0:00-17:00'],
    ['by 5', '0:00-17:00'],
    ['before midnight', '0:00-23:59'],
    ['after 9 but before 11', '9:00-10:59'],
    ['between ten and noon', '10:00-12:00'],
    ['from 9 to 11', '9:00-11:00'],
    ['from ten until noon', '10:00-12:00'],
    ['2 to 4 pm', '14:00-16:00'],
    ['10 to 2 pm', '10:00-14:00'],
    ['10am-12pm', '10:00-12:00'],
    ['9-11 am', '9:00-11:00'],
    ['14:00-16:00', '14:00-16:00'],
    ['2 or 3 pm', '14:00-15:00'],
    ['at 10 or 11', '10:00-11:00'],
  ])('%s', (text, part) => {
    expect(partOf(text)).toBe(part);
    expect(timeOf(text)).toBeNull();
  });

  it.each([
    'after 2 weeks',
    'after 20 units',
    'between 2 and 4 weeks',
    'after 11 and before 9',
    'Good morning!',
    'good afternoon, this is Jo',
    'have a great evening',
    '10-12',
  ])('is not in "%s"', (text) => {
    expect(partOf(text)).toBeNull();
  });
});
