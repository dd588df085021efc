/**
 * Holidays as dates: those that fall on the same day each year, and those of the United States that move. What moves in
 * other countries, or with the moon, is left to be asked about.
 */
import type { DateText } from './clinic.ts';
import { addDays, weekdayOf } from './clinic-time.ts';
import { spokenDate } from './spoken.ts';

/** Longer names first: "Christmas Eve" is no Christmas. */
const FIXED: readonly (readonly [RegExp, string])[] = [
  [/\bchristmas eve\b/g, 'december 24th'],
  [/(?<!\bmerry )\b(?:christmas(?: day)?|xmas)\b/g, 'december 25th'],
  [/\bboxing day\b/g, 'december 26th'],
  [/\bnew year'?s'? eve\b/g, 'december 31st'],
  [/\bnew year'?s'?(?: day)?(?= |$|[.,!?;])(?<!\bhappy new year'?s?)/g, 'january 1st'],
  [/(?<!\bhappy )\bvalentine'?s'?(?: day)?\b/g, 'february 14th'],
  [/(?<!\bhappy )\bhalloween\b/g, 'october 31st'],
  [/\bindependence day\b/g, 'july 4th'],
];

/** Heard words with the names of holidays as dates. A wish ("merry Christmas") names no day. */
export function holidaysAsDates(words: string): string {
  return FIXED.reduce((rest, [name, date]) => rest.replace(name, date), words);
}

/** Where these are kept: the zones of the United States. Canada, too, gives thanks, but in October. */
const UNITED_STATES =
  /^(?:America\/(?:New_York|Detroit|Kentucky\/\w+|Indiana\/\w+|Chicago|Menominee|North_Dakota\/\w+|Denver|Boise|Phoenix|Los_Angeles|Anchorage|Juneau|Sitka|Metlakatla|Yakutat|Nome|Adak)|Pacific\/Honolulu|US\/\w+)$/;

const [MONDAY, THURSDAY] = [1, 4];

/** Name, and which weekday of which month it is; -1: the month's last. */
const MOVING: readonly (readonly [RegExp, month: number, weekday: number, nth: number, daysLater?: number])[] = [
  [/\b(?:mlk|martin luther king(?:,? jr\.?)?)(?:'s)? day\b/g, 1, MONDAY, 3],
  [/\bpresident'?s'? day\b/g, 2, MONDAY, 3],
  [/(?<!\bhappy )\bmemorial day\b/g, 5, MONDAY, -1],
  [/(?<!\bhappy )\blabou?r day\b/g, 9, MONDAY, 1],
  [/\bcolumbus day\b/g, 10, MONDAY, 2],
  [/(?<!\bhappy )\bthanksgiving(?: day)?\b/g, 11, THURSDAY, 4],
  [/\bblack friday\b/g, 11, THURSDAY, 4, 1],
];

/** Heard words with the names of holidays that move as the dates on which they fall next, in a zone that keeps them. */
export function movingHolidaysAsDates(words: string, today: DateText, timeZone: string): string {
  if (!UNITED_STATES.test(timeZone)) return words;
  return MOVING.reduce(
    (rest, [name, ...rule]) => rest.replace(name, () => spokenDate(nextOf(rule, today)).toLowerCase()),
    words,
  );
}

type Rule = readonly [month: number, weekday: number, nth: number, daysLater?: number];

function nextOf(rule: Rule, today: DateText): DateText {
  const year = Number(today.slice(0, 4));
  const thisYears = holidayIn(year, rule);
  return thisYears >= today ? thisYears : holidayIn(year + 1, rule);
}

function holidayIn(year: number, [month, weekday, nth, daysLater = 0]: Rule): DateText {
  const first = `${year}-${String(month).padStart(2, '0')}-01`;
  // The last one is seven days before the next month's first.
  const from = nth > 0 ? first : `${year}-${String(month + 1).padStart(2, '0')}-01`;
  const ahead = (weekday - weekdayOf(from) + 7) % 7;
  return addDays(from, ahead + 7 * (nth > 0 ? nth - 1 : nth) + daysLater);
}
