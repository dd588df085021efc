/**
 * A caller's sentence made ready for reading days and times out of it: one way to write each number and clock time, and
 * without the parts that only look like days and times: greetings, names, phone numbers, emails, street addresses.
 */

/** A sentence longer than this is read up to here: nobody says more before they take a breath. */
const LONGEST_CHARS = 1_000;
/** Stands where something was taken out, so that its neighbours do not become one phrase. */
const GAP = ' ; ';

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
export function wordsOfTime(words: string): string {
  return spelledClocks(
    withoutPhoneNumbers(digits(fullWeekdays(withoutCourtesies(withoutNames(withoutLookalikes(words)))))),
  );
}

// --- what only looks like a day or a time ---

const PART_OF_EMAIL = String.raw`[a-z0-9_'+-]{1,40}`;
const EMAIL = new RegExp(
  String.raw`\S{1,80}@\S{1,80}|(?:${PART_OF_EMAIL} (?:dot|underscore|dash|hyphen) ){0,4}(?:${PART_OF_EMAIL} )?at (?:${PART_OF_EMAIL} ){1,3}dot [a-z]{2,10}(?: dot [a-z]{2,6})?\b`,
  'g',
);
const STREET = /\b\d{1,5} (?:[a-z]+ ){1,2}(?:street|avenue|ave|road|lane|drive|boulevard|blvd|court)\b/g;
const COUNTED =
  /\b(?:on |the )?\d{1,3}(?:st|nd|rd|th) (?:street|st|avenue|ave|floor|birthday|anniversary|time|session|visit|treatment|appointment)\b/g;

const AMOUNT = /\b24\/7\b|\b\d\/\d (?:a |of )?(?:syringes?|units?|vials?|doses?|hours?|ml|cc)\b/g;

function withoutLookalikes(words: string): string {
  return [EMAIL, STREET, COUNTED, AMOUNT].reduce((rest, lookalike) => rest.replace(lookalike, GAP), words);
}

const WEEKDAY_OR_MONTH =
  /^(?:(?:sun|mon|tues?|wed|wednes|thurs?|fri|sat|satur)(?:day)?|jan|january|april|may|june|august|march|summers?)$/;
const NO_NAME = /^(?:and|or|on|at|in|for|next|this|i|i'd|i'm|tomorrow|today|but|so|my|the|can|could|is|to)$/;

/** "My name is April May", "Tuesday Weld speaking", "I'm June": days and months that are people. */
function withoutNames(words: string): string {
  return words
    .replace(
      /\b(name(?:'s| is|:)?|call me|under) ((?:[\p{L}'-]+)(?: [\p{L}'-]+){0,2})/gu,
      (_, lead: string, name: string) => {
        const parts = name.split(' ');
        const end = parts.findIndex((part) => NO_NAME.test(part));
        const own = end === -1 ? parts : parts.slice(0, end);
        const rest = parts.slice(own.length);
        return [lead, ...own.map((part) => (WEEKDAY_OR_MONTH.test(part) ? ';' : part)), ...rest].join(' ');
      },
    )
    .replace(/\b(i'm|i am|this is) ([a-z]+)\b/g, (all, lead: string, name: string) =>
      WEEKDAY_OR_MONTH.test(name) ? `${lead} ;` : all,
    )
    .replace(/(?:\b[a-z'-]+ ){1,3}speaking\b/g, GAP);
}

const COURTESIES = [
  /\bgood (?:morning|afternoon|evening|day|night)\b/g,
  /\b(?:how are you|how's it going|hope you're well)(?: doing| all)?(?: (?:this (?:morning|afternoon|evening)|today|tonight))?/g,
  /\bhave (?:a|an) (?:very )?(?:good|great|nice|lovely|wonderful|blessed|amazing) (?:rest of your )?(?:day|morning|afternoon|evening|night|weekend|week)\b(?! (?:slot|appointment|time|opening))/g,
  /\benjoy (?:your|the) (?:rest of (?:your|the) )?(?:day|morning|afternoon|evening|weekend)\b/g,
];

function withoutCourtesies(words: string): string {
  return COURTESIES.reduce((rest, courtesy) => rest.replace(courtesy, GAP), words);
}

const PLAIN_NUMBER_DATE = /^(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})/;
const PHONE_DIGITS = 7;

/** Seven digits and more in a row, however they are grouped, and digits said one by one. */
function withoutPhoneNumbers(words: string): string {
  return words
    .replace(
      /\+?\(?\b(?:\d|oh|zero|double|triple)(?:[\s().,-]{0,3}(?:\d|\b(?:oh|zero|double|triple)\b)){2,30}/g,
      (run) => {
        if (PLAIN_NUMBER_DATE.test(run)) return run;
        const count = run.match(/\d|oh|zero/g)?.length ?? 0;
        const oneByOne = /^(?:(?:\d|oh|zero)[\s,-]+){2,}(?:\d|oh|zero)$/.test(run);
        return count >= PHONE_DIGITS || oneByOne ? GAP : run;
      },
    )
    .replace(/ {2,}/g, ' ');
}

// --- one way to write what is left ---

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

const DAY_OF_NAMED_MONTH = new RegExp(
  `\\b(january|february|march|april|may|june|july|august|september|october|november|december) the (${UNIT_ORDINALS.join('|')})\\b`,
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
    .replace(
      DAY_OF_NAMED_MONTH,
      (_, month: string, unit: string) => `${month} ${ordinal(UNIT_ORDINALS.indexOf(unit) + 1)}`,
    )
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
      /(\d ?[ap]m|:\d\d) ?[-–] ?(?=\d{1,2}\b)|\b(?<![-/\d])(\d{1,2}) ?[-–] ?(?=\d{1,2}(?::\d\d)? ?[ap]m\b)/g,
      '$1$2 to ',
    )
    .replace(/\b(\d{1,2})-?ish\b/g, 'around $1')
    .replace(/\b(around|at|about) around\b/g, '$1')
    .replace(/\bnoon(?:time|ish)?\b|\bmidday\b/g, '12:00 pm')
    .replace(/\bmidnight\b/g, '12:00 am')
    .replace(/\b(?:not|no|never) (?:before|earlier than)\b/g, 'after')
    .replace(/\b(?:not|no) (?:after|later than)\b/g, 'before')
    .replace(/(?<!\b12(?::\d\d)?)(?<=\d) (?:at night|tonight)\b/g, ' in the evening ; today')
    .replace(/\bthis (morning|afternoon|evening)\b/g, 'today in the $1')
    .replace(/\btonight\b/g, 'today in the evening');
}

function minutesTo(minutes: number, hour: string): string {
  return `${Number(hour) === 1 ? 12 : Number(hour) - 1}:${60 - minutes}`;
}
