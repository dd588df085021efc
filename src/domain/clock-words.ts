/**
 * Clock times and parts of the day in words of time (`wordsOfTime`). A number is a time only where something says so:
 * am or pm, minutes, o'clock, or a word like "at" before it and no thing to count after it.
 */
import { DAY_MINUTES } from './clinic-time.ts';
import { namedPart } from './day-parts.ts';
import type { MinuteRange } from './search.ts';

/** Minutes past midnight; `sure` where AM or PM was said or is plain. */
export interface ClockTime {
  readonly minute: number;
  readonly sure: boolean;
}

export interface TimesMentioned {
  readonly at: ClockTime | null;
  readonly part: MinuteRange | null;
}

export function timesIn(words: string): TimesMentioned {
  const clocks = clocksIn(words);
  const named = namedPart(words);
  const stretch = stretchIn(clocks, words);
  if (stretch !== undefined) return { at: null, part: stretch };
  const times = clocks.filter(({ cue }) => cue !== 'bare').map((clock) => settled(clock, named));
  const minutes = [...new Set(times.map(({ minute }) => minute))];
  if (minutes.length > 1) return { at: null, part: { from: Math.min(...minutes), to: Math.max(...minutes) } };
  return { at: times.find(({ sure }) => sure) ?? times[0] ?? null, part: named };
}

// --- numbers that may be times ---

interface Clock extends ClockTime {
  readonly hour: number;
  readonly past: number;
  /** `marked`: says itself that it is a time; `introduced`: a word before it does; `bare`: a number. */
  readonly cue: 'marked' | 'introduced' | 'bare';
  readonly half: 'am' | 'pm' | undefined;
  /** Where it stands in the sentence. */
  readonly from: number;
  readonly to: number;
}

const NUMBER =
  /(?<![\w:/$#+.-])(\d{1,2})(?::([0-5]\d))?(?: ?(am|pm)\b| ?(o'? ?clock)\b)?(?: in the (morning|afternoon|evening)\b)?/g;
const COUNTS_OR_DATES = /^(?:[\d:/%]|\.\d|-\d{3}|(?:st|nd|rd|th)\b|-?\w)/;
const INTRODUCES =
  /\b(?:at|around|about|say|after|before|(?<!\d )by|till|until|(?:\w+day|tomorrow|in|down|me|it) for|(?:move|change|push|switch|make|bring) (?:it|that|me) to)(?: about| around| exactly)? $/;
/** What may follow the hour in "at three works": a word that is no thing to count. */
const FOLLOWS = new RegExp(
  String.raw`^(?:$|[.,!?;)]|\s*-(?!\w)|\s(?:${[
    'on|in|at|for|from|by|to|till|until|with|after|before|about|around|or|and|but|then|if|so|because|since|unless|when|as',
    'today|tomorrow|tonight|this|that|next|the|a|my|i|it|we|you|she|he|they|dr|doctor|is|was|are|am|isn|doesn|won|wouldn|would|will|can|could|do|does|should',
    "i'd|i'm|i'll|it's|we'll|that's|you'd|instead|please|thanks|thank|sharp|exactly|ish|maybe|ok|okay|yes|yeah|right|great|good|fine|perfect|better|best|possible|available|free|open|too|also|again|either|only|preferably|latest|onwards?|works?|sounds?|suits?|fits?|looks|seems",
    String.raw`\w+day|jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec|january|february|march|april|august|september|october|november|december`,
  ].join('|')})\b)`,
);

function clocksIn(words: string): Clock[] {
  return [...words.matchAll(NUMBER)].flatMap((match) => {
    const [all, hourText = '', pastText, meridiem, oclock, part] = match;
    const from = match.index;
    const to = from + all.length;
    const after = words.slice(to);
    const marked = pastText !== undefined || meridiem !== undefined || oclock !== undefined || part !== undefined;
    if (COUNTS_OR_DATES.test(after) && !/^-(?:\d{1,2})(?:\D|$)/.test(after)) return [];
    const introduced = INTRODUCES.test(words.slice(0, from)) && FOLLOWS.test(after);
    // "12 at night", "12 in the morning": nobody knows which.
    if (hourText === '12' && (part === 'morning' || part === 'evening')) return [];
    const clock = clockTime(Number(hourText), Number(pastText ?? 0), halfOf(meridiem, part));
    if (!clock || (clock.hour === 0 && !marked)) return [];
    const sure = clock.sure || hourText.startsWith('0');
    return [{ ...clock, sure, cue: marked ? 'marked' : introduced ? 'introduced' : 'bare', from, to }];
  });
}

function halfOf(meridiem: string | undefined, part: string | undefined): 'am' | 'pm' | undefined {
  if (meridiem === 'am' || meridiem === 'pm') return meridiem;
  return part === undefined ? undefined : part === 'morning' ? 'am' : 'pm';
}

type Reading = Pick<Clock, 'hour' | 'past' | 'half' | 'minute' | 'sure'>;

/** Without AM or PM, hours at which clinics work: 8 to 11 before noon, 12 to 7 after it. */
function clockTime(hour: number, past: number, half: 'am' | 'pm' | undefined): Reading | null {
  if (hour > 23 || past > 59) return null;
  if (hour > 12 || hour === 0) return { hour, past, half, minute: hour * 60 + past, sure: true };
  const pm = half === undefined ? hour < 8 || hour === 12 : half === 'pm';
  return { hour, past, half, minute: (hour % 12) * 60 + past + (pm ? 12 * 60 : 0), sure: half !== undefined };
}

/** "Tomorrow evening at 8": the part of the day says which half an hour is in. */
function settled(clock: Clock, named: MinuteRange | null): ClockTime {
  if (clock.sure || named === null) return { minute: clock.minute, sure: clock.sure };
  const other = (clock.minute + 12 * 60) % DAY_MINUTES;
  const fits = [clock.minute, other].filter((minute) => minute >= named.from && minute <= named.to);
  return fits[0] === undefined ? { minute: clock.minute, sure: false } : { minute: fits[0], sure: true };
}

// --- stretches of time ---

const JOINS_STRETCH = /^ ?(?:-|–|to|till|until|through|and) ?$/;
const JOINS_CHOICE = /^,? ?or (?:(?:at|around|maybe) )?$/;

/** "Between 2 and 4", "after 3", "2 or 3 pm"; null where bounds contradict each other; undefined where there is none. */
function stretchIn(clocks: readonly Clock[], words: string): MinuteRange | null | undefined {
  for (const [index, first] of clocks.entries()) {
    const second = clocks[index + 1];
    if (!second) break;
    const joint = words.slice(first.to, second.from);
    const opened = /\b(?:between|from) (?:about |around )?$/.test(words.slice(0, first.from));
    const cued = opened || first.cue !== 'bare' || second.cue === 'marked';
    const follows = second.cue === 'marked' || FOLLOWS.test(words.slice(second.to));
    if (!cued || !follows) continue;
    const range = (JOINS_STRETCH.test(joint) && (opened || !/and/.test(joint))) || JOINS_CHOICE.test(joint);
    if (range) return between(first, second);
  }
  return bounded(clocks, words);
}

/** The first hour takes AM or PM from the second where that keeps their order: "9 to 11 am", "10 to 2 pm". */
function between(first: Clock, second: Clock): MinuteRange | null {
  const end = second.minute;
  const alike = first.sure ? first : (clockTime(first.hour, first.past, second.half) ?? first);
  const from = [alike.minute, first.minute].find((minute) => minute <= end);
  return from === undefined ? null : { from, to: end };
}

function bounded(clocks: readonly Clock[], words: string): MinuteRange | null | undefined {
  const bound = (lead: RegExp): Clock | undefined =>
    clocks.find(({ cue, from }) => cue !== 'bare' && lead.test(words.slice(0, from)));
  const start = bound(/\b(?:after|past|from|starting at) $/);
  const before = bound(/\bbefore $/);
  const end = before ?? bound(/\b(?:by|till|until) $/);
  if (!start && !end) return undefined;
  const from = start?.minute ?? 0;
  const to = (end?.minute || DAY_MINUTES) - (before ? 1 : 0);
  return from < to ? { from, to } : null;
}
