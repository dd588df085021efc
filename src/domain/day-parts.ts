/** Parts of the day by name: "late afternoon", "after work", "first thing". Stretches of starts, as callers use the words. */
import { DAY_MINUTES } from './clinic-time.ts';
import type { MinuteRange } from './search.ts';

/** From one hour until just before another; until midnight itself where that is the end. */
function hours(from: number, to: number): MinuteRange {
  return { from: from * 60, to: to * 60 === DAY_MINUTES ? DAY_MINUTES : to * 60 - 1 };
}

/** Closer names first: what they take is not read again as the plain part. */
const NAMED: readonly (readonly [RegExp, MinuteRange])[] = [
  [/\bfirst thing(?: in the morning)?\b/g, { from: 0, to: 10 * 60 }],
  [/\bearly (?:in the )?mornings?\b/g, hours(0, 10)],
  [/\blate (?:in the )?mornings?\b/g, hours(10, 12)],
  [/(?<=\b(?:\w+day|tomorrow) )nights?\b/g, hours(17, 24)],
  [/\bearly (?:in the )?afternoons?\b/g, hours(12, 14.5)],
  [/\blate (?:in the )?afternoons?\b/g, hours(14.5, 18)],
  [/\bafter work\b/g, hours(17, 24)],
  [/\bafter school\b/g, hours(15, 24)],
  [/\bbefore (?:work|school)\b/g, hours(0, 9)],
  [/\bafter lunch(?:time)?\b/g, hours(13, 17)],
  [/\bbefore lunch(?:time)?\b/g, hours(0, 12)],
  [/\b(?:end of the day|end of day|late in the day)\b/g, hours(15, 24)],
  [/\blunch ?(?:time|hour|break)\b|\b(?:at|over|during) lunch\b/g, { from: 11 * 60 + 30, to: 13 * 60 + 30 }],
  [/\b(?<!(?:after|before) (?:the )?)mornings?\b/g, hours(0, 12)],
  [/\b(?<!(?:after|before) (?:the )?)afternoons?\b/g, hours(12, 17)],
  [/\b(?<!(?:after|before) (?:the )?)evenings?\b/g, hours(17, 24)],
];

/** The part of the day that words name; of several, all of it from the first to the last. Null where they name none. */
export function namedPart(words: string): MinuteRange | null {
  let rest = words;
  const parts = NAMED.filter(([name]) => {
    const without = rest.replace(name, ';');
    const named = without !== rest;
    rest = without;
    return named;
  }).map(([, part]) => part);
  if (parts.length === 0) return null;
  return { from: Math.min(...parts.map(({ from }) => from)), to: Math.max(...parts.map(({ to }) => to)) };
}

/** What is left of a day without a stretch at its beginning or end; null where it lies in the middle. */
export function restOfDay({ from, to }: MinuteRange): MinuteRange | null {
  if (from === 0 && to < DAY_MINUTES) return { from: to + 1, to: DAY_MINUTES };
  return from > 0 && to === DAY_MINUTES ? { from: 0, to: from - 1 } : null;
}
