/** Free times as a tool offers them, and which of them a caller means. */
import { objectOf, textOf } from './json.ts';
import { isYes } from './words.ts';

export interface Slot {
  readonly id: string;
  readonly spoken: string;
  readonly provider?: string;
  /** ISO with offset, in the clinic's time. */
  readonly startsAt?: string;
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const ORDINALS: readonly RegExp[] = [
  /\b(?:first|1st|(?:number|option) (?:one|1))\b(?! (?:name|thing))/i,
  /\b(?:second|2nd|(?:number|option) (?:two|2))\b/i,
  /\b(?:third|3rd|(?:number|option) (?:three|3))\b/i,
];
const HOURS = ['twelve', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven'];

/** Reads whatever list of slots an answer has; what is no slot is left out. */
export function slotsOf(list: unknown): Slot[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown) => {
    const slot = objectOf(value) ?? {};
    const id = textOf(slot.slot_id);
    if (id === undefined) return [];
    const startsAt = textOf(slot.starts_at);
    const provider = textOf(slot.provider) ?? textOf(objectOf(slot.provider)?.name);
    return [{ id, spoken: textOf(slot.spoken) ?? startsAt ?? id, provider, startsAt }];
  });
}

/** "Tuesday at 2 PM with Priya": the provider is added where the slot's own words leave it out. */
export function spokenWithProvider(slot: Slot): string {
  const { provider, spoken } = slot;
  const first = provider?.replace(/^(?:dr|doctor)\.?\s+/i, '').split(/\s+/)[0];
  if (provider === undefined || first === undefined || spoken.includes(first)) return spoken;
  return `${spoken} with ${provider}`;
}

/** The slot a caller means, or undefined: by place in the list, day, time or provider; several matches take the first. */
export function chosenSlot(text: string, offers: readonly Slot[]): Slot | undefined {
  if (offers.length === 0) return undefined;
  const place = ORDINALS.findIndex((ordinal) => ordinal.test(text));
  if (/\blast\b/i.test(text)) return offers.at(-1);
  const matching = offers.filter((slot) => suits(text, slot));
  const isSpecific = clockOf(text) !== undefined || weekdayOf(text) !== undefined || halfOf(text) !== undefined;
  if (isSpecific || namesProvider(text, offers)) return matching[0];
  if (place >= 0) return offers[place];
  if (/\b(?:any|either|whichever|earliest|soonest|sooner|whatever)\b/i.test(text)) return offers[0];
  return isYes(text) && offers.length === 1 ? offers[0] : undefined;
}

function suits(text: string, slot: Slot): boolean {
  const weekday = weekdayOf(text);
  if (weekday !== undefined && weekday !== (weekdayOfIso(slot.startsAt) ?? weekdayOf(slot.spoken))) return false;
  const minutes = minutesOf(slot);
  const clock = clockOf(text);
  if (clock !== undefined && minutes !== undefined && !clock.includes(minutes)) return false;
  const half = halfOf(text);
  if (clock === undefined && half !== undefined && minutes !== undefined && !half(minutes)) return false;
  const { provider } = slot;
  if (provider === undefined || !/\bwith\b/i.test(text)) return true;
  return provider.split(/\s+/).some((part) => new RegExp(`\\b${escaped(part)}\\b`, 'i').test(text));
}

function namesProvider(text: string, offers: readonly Slot[]): boolean {
  return /\bwith\b/i.test(text) && offers.some((slot) => slot.provider !== undefined && suits(text, slot));
}

function weekdayOf(text: string): number | undefined {
  const at = WEEKDAYS.findIndex((day) => new RegExp(`\\b${day}\\b`, 'i').test(text));
  return at < 0 ? undefined : at;
}

function weekdayOfIso(iso: string | undefined): number | undefined {
  const date = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso ?? '');
  if (date === null) return undefined;
  return new Date(Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]))).getUTCDay();
}

function minutesOf(slot: Slot): number | undefined {
  const time = /T(\d{2}):(\d{2})/.exec(slot.startsAt ?? '');
  if (time !== null) return Number(time[1]) * 60 + Number(time[2]);
  return clockOf(slot.spoken)?.[0];
}

/** Minutes of the day that the words can mean, likeliest first: "at 2" may be the afternoon or the night. */
function clockOf(text: string): number[] | undefined {
  if (/\b(?:noon|midday)\b/i.test(text)) return [720];
  const said = /\b(\d{1,2})(?::(\d{2}))?\s*(a\.?m\b|p\.?m\b)/i.exec(text);
  if (said !== null) return [minutes(Number(said[1]) % 12, said[2], said[3]?.toLowerCase().startsWith('p') === true)];
  const colon = /\b(\d{1,2}):(\d{2})\b/.exec(text);
  if (colon !== null) return bothHalves(Number(colon[1]), colon[2]);
  const bare = /\b(?:at|around|about|the|take)\s+(\d{1,2})\b(?!\s*(?:st|nd|rd|th|\/|-))/i.exec(text);
  if (bare !== null) return bothHalves(Number(bare[1]), undefined);
  const word = new RegExp(`\\b(${HOURS.join('|')})\\b\\s*(thirty)?\\s*(o'?clock|a\\.?m\\b|p\\.?m\\b)?`, 'i').exec(text);
  if (word === null || (word[2] ?? word[3]) === undefined) return undefined;
  const hour = HOURS.indexOf(word[1]?.toLowerCase() ?? '');
  const half = word[2] === undefined ? undefined : '30';
  if (/^[ap]/i.test(word[3] ?? '')) return [minutes(hour, half, /^p/i.test(word[3] ?? ''))];
  return bothHalves(hour, half);
}

function bothHalves(hour: number, minute: string | undefined): number[] {
  if (hour > 12) return [minutes(hour, minute, false)];
  return [minutes(hour % 12, minute, true), minutes(hour % 12, minute, false)];
}

function minutes(hour: number, minute: string | undefined, isAfternoon: boolean): number {
  return (hour + (isAfternoon ? 12 : 0)) * 60 + Number(minute ?? 0);
}

function halfOf(text: string): ((minutes: number) => boolean) | undefined {
  if (/\bmorning\b/i.test(text)) return (minutes) => minutes < 720;
  if (/\bafternoon\b/i.test(text)) return (minutes) => minutes >= 720 && minutes < 1020;
  if (/\bevening\b/i.test(text)) return (minutes) => minutes >= 1020;
  return undefined;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
