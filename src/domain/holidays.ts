/** Holidays that fall on the same day each year, as dates. Those that move, or differ by country, are left to be asked about. */

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
