/**
 * A caller's sentence made ready for reading days and times out of it: one way to write each number and clock time, and
 * without the parts that only look like days and times: greetings, names, phone numbers, emails, street addresses.
 */
import { holidaysAsDates } from './holidays.ts';
import { withoutLookalikes, withoutPhoneNumbers } from './lookalikes.ts';

/** A sentence longer than this is read up to here: nobody says more before they take a breath. */
const LONGEST_CHARS = 1_000;

const DOTTED_HALF =
  /(\d ?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirty|fifteen) )([ap])(?:\. ?m\b\.?| ?m\b)/g;

/** Lower case, one kind of apostrophe, single spaces, `am` and `pm` without dots. */
export function heardWords(text: string): string {
  return text
    .slice(0, LONGEST_CHARS)
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/\s+/g, ' ')
    .replace(DOTTED_HALF, '$1$2m')
    .trim();
}

/** Words that say when: everything else that carries numbers or names of days is gone, and numbers are digits. */
export function wordsOfTime(heard: string): string {
  const dated = datesApart(holidaysAsDates(fullWeekdays(withoutLookalikes(heard))));
  return spelledClocks(withoutPhoneNumbers(digits(dated)));
}

// --- one way to write what is left ---

/** "12/1-12/10" and "12/1-10" as two dates, which a date parser would take for one, with a year. */
function datesApart(words: string): string {
  return words
    .replace(/(?<![\d/-])(\d{1,2}\/\d{1,2}(?:\/\d{2,4})?) ?[-–] ?(?=\d{1,2}\/\d)/g, '$1 - ')
    .replace(/(?<![\d/-])(1[0-2]|[1-9])\/(\d{1,2})[-–](\d{1,2})(?![\d/-])/g, '$1/$2 - $1/$3');
}

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  mon: 'monday',
  tue: 'tuesday',
  tues: 'tuesday',
  weds: 'wednesday',
  thu: 'thursday',
  thur: 'thursday',
  thurs: 'thursday',
  fri: 'friday',
  sat: 'saturday',
  sun: 'sunday',
  wed: 'wednesday',
};
const BEFORE_A_DAY =
  /(?:^|[.,!?;]|\b(?:on|this|next|for|by|or|until|till|about|coming|maybe|do|try|prefer|book|me|either|and|to|thru|through|between|from|every))\s*$/;
const AFTER_A_DAY =
  /^\.?\s*(?:$|[,!?;@/-]|\d|(?:at|around|morning|afternoon|evening|the|works?|is|please|would|if|with|through|thru|to|next|this|(?:or|and) (?:mon|tue|wed|thu|fri|sat|sun))\b)/;

/** "Sun", "sat" and "wed" are days only where a day can stand: "sun damage" is none. */
function fullWeekdays(words: string): string {
  return words
    .replace(/\b(mon|tues?|weds|thu(?:rs?)?|fri)\b\.?/g, (_, day: string) => ABBREVIATIONS[day] ?? day)
    .replace(/\b(sun|sat|wed)\b/g, (day: string, _, at: number) =>
      BEFORE_A_DAY.test(words.slice(0, at)) && AFTER_A_DAY.test(words.slice(at + day.length))
        ? (ABBREVIATIONS[day] ?? day)
        : ';',
    );
}

const NUMBERS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
/** Not after "may": "may two of us come" is no date. */
const NUMBER_WORD = new RegExp(`(?<!\\bmay )\\b(${NUMBERS.join('|')})(?=\\b|ish\\b)`, 'g');
const TENS: Readonly<Record<string, number>> = { twenty: 20, thirty: 30 };
const UNIT_ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];
const LATE_ORDINALS = [
  'tenth',
  'eleventh',
  'twelfth',
  'thirteenth',
  'fourteenth',
  'fifteenth',
  'sixteenth',
  'seventeenth',
  'eighteenth',
  'nineteenth',
  'twentieth',
];
const COMPOUND_ORDINAL = new RegExp(`\\b(twenty|thirty)[ -](${UNIT_ORDINALS.join('|')})\\b`, 'g');
const LATE_ORDINAL = new RegExp(`\\b(${LATE_ORDINALS.join('|')})\\b`, 'g');

const MONTHS = 'january|february|march|april|may|june|july|august|september|october|november|december';
const DAY_OF_MONTH = new RegExp(
  `\\b(${MONTHS}|\\w+day),? the (${UNIT_ORDINALS.join('|')})\\b(?! (?:one|of|slot|option))`,
  'g',
);

/** Number words as digits; ordinals too where they can only be days of a month ("the twenty-fourth"). */
function digits(words: string): string {
  return words
    .replace(COMPOUND_ORDINAL, (_, tens: string, unit: string) =>
      ordinal((TENS[tens] ?? 0) + UNIT_ORDINALS.indexOf(unit) + 1),
    )
    .replace(LATE_ORDINAL, (word) => ordinal(10 + LATE_ORDINALS.indexOf(word)))
    .replace(/\bthirtieth\b/g, '30th')
    .replace(DAY_OF_MONTH, (_, day: string, unit: string) => {
      const nth = ordinal(UNIT_ORDINALS.indexOf(unit) + 1);
      return day.endsWith('day') ? `${day} the ${nth}` : `${day} ${nth}`;
    })
    .replace(NUMBER_WORD, (word) => String(NUMBERS.indexOf(word) + 1));
}

function ordinal(day: number): string {
  const ending = day >= 11 && day <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

const MINUTES: Readonly<Record<string, string>> = { thirty: '30', fifteen: '15', 'forty-five': '45', 'forty-5': '45' };

/** Every way to say a clock time as `h:mm`. */
function spelledClocks(words: string): string {
  return words
    .replace(
      /\b(\d{1,2})[ -](thirty|fifteen|forty[ -](?:five|5))\b/g,
      (_, hour: string, past: string) => `${hour}:${MINUTES[past.replace(' ', '-')] ?? '00'}`,
    )
    .replace(/\b(?:half past|half) (\d{1,2})\b(?! (?:hours?|minutes?|units?|syringes?))/g, '$1:30')
    .replace(/\b(?:a )?quarter (?:past|after) (\d{1,2})\b/g, '$1:15')
    .replace(/\b(?:a )?quarter (?:to|of) (\d{1,2})\b/g, (_, hour: string) => minutesTo(15, hour))
    .replace(/\btwenty[ -]5\b/g, '25')
    .replace(/\btwenty\b(?= (?:minutes )?(?:past|to) \d)/g, '20')
    .replace(
      /\b(5|10|20|25) (?:minutes )?past (\d{1,2})\b/g,
      (_, past: string, hour: string) => `${hour}:${past.padStart(2, '0')}`,
    )
    .replace(
      /\b(20|25) (?:minutes )?to (\d{1,2})\b|\b(5|10) minutes to (\d{1,2})\b/g,
      (_, a?: string, b?: string, c?: string, d?: string) => minutesTo(Number(a ?? c), b ?? d ?? ''),
    )
    .replace(
      /\bat (5|10) to (\d{1,2})\b/g,
      (_, before: string, hour: string) => `at ${minutesTo(Number(before), hour)}`,
    )
    .replace(
      /\b(at )?(\d{1,2})\.([0-5]\d)(?= ?([ap]m)?\b(?!\.?\d))/g,
      (all, at?: string, hour?: string, past?: string, half?: string) =>
        at || half ? `${at ?? ''}${hour}:${past}` : all,
    )
    .replace(
      /(\d ?[ap]m|:\d\d) ?[-–] ?(?=\d{1,2}(?!\d))|\b(?<![-/\d])(\d{1,2}) ?[-–] ?(?=\d{1,2}(?::\d\d)? ?[ap]m\b)/g,
      '$1$2 to ',
    )
    .replace(/\b(\d{1,2})-?ish\b/g, 'around $1')
    .replace(/\b(around|at|about) around\b/g, '$1')
    .replace(/\bnoon(?:time|ish)?\b|\bmidday\b/g, '12:00 pm')
    .replace(/\bmidnight\b/g, '12:00 am')
    .replace(/\b(?:not|no|never) (?:before|earlier than|until|till)\b/g, 'starting at')
    .replace(/\b(?:not|no) (?:after|later than)\b/g, 'by')
    .replace(/\bbefore the end of\b/g, 'by the end of')
    .replace(/\bbetween now and\b/g, 'by')
    .replace(/\bfrom (\d{1,2}(?::\d\d)?(?: ?[ap]m)?) on(?:wards?)?\b/g, 'after $1')
    .replace(/\b(?:at )?(\d{1,2}(?::\d\d)?(?: ?[ap]m)?) or (later|earlier)\b/g, (_, hour: string, way: string) =>
      way === 'later' ? `after ${hour}` : `by ${hour}`,
    )
    .replace(/\b(?:a )?fortnight\b/g, '2 weeks')
    .replace(/\ba couple(?: of)? (days|weeks|months)\b/g, '2 $1')
    .replace(/(?<!\b12(?::\d\d)?)(?<=\d) (at night|tonight)\b/g, (_, when: string) =>
      when === 'tonight' ? ' in the evening ; today' : ' in the evening',
    )
    .replace(/\bthis (morning|afternoon|evening)\b/g, 'today in the $1')
    .replace(/\btonight\b/g, 'today in the evening')
    .replace(/\b(?:the )?day after tomorrow\b/g, 'in 2 days');
}

function minutesTo(minutes: number, hour: string): string {
  return `${Number(hour) === 1 ? 12 : Number(hour) - 1}:${60 - minutes}`;
}
