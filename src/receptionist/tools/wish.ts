/** From a model's arguments to a wish in the clinic's terms, or to the failure that says what is wrong with them. */
import { bookableDays, type DayRange, within } from '../../domain/availability.ts';
import type { Clinic, Instant, Provider, Service } from '../../domain/clinic.ts';
import { addDays, isDate, minuteOf } from '../../domain/clinic-time.ts';
import { partOfDay } from '../../domain/clock-words.ts';
import { type Mention, mentionIn, mentionsNothing } from '../../domain/mentions.ts';
import { meansAnyone, type Named, providerNamed, serviceNamed } from '../../domain/naming.ts';
import type { MinuteRange, Wish } from '../../domain/search.ts';
import { listed, spokenDay } from '../../domain/spoken.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { failed } from './tool.ts';

export interface WishArguments {
  readonly service: string;
  readonly provider?: string | undefined;
  readonly date?: string | undefined;
  readonly date_to?: string | undefined;
  readonly time?: string | undefined;
  readonly when?: string | undefined;
}

export type Resolved<T> = { readonly ok: T } | { readonly failure: ToolOutcome };

/** With no day named, the coming week is searched. */
const DEFAULT_DAYS = 7;
const HALF_DAY_MINUTES = 12 * 60;

export function resolveWish(args: WishArguments, clinic: Clinic, now: Instant): Resolved<Wish> {
  const service = resolveService(args.service, clinic);
  if ('failure' in service) return service;
  const provider = resolveProvider(args.provider, service.ok, clinic);
  if ('failure' in provider) return provider;
  const said = saidIn(args.when ?? '', now, clinic.timeZone);
  const days = resolveDays(args, said, clinic, now);
  if ('failure' in days) return days;
  const time = resolveTime(args.time, said, clinic, now);
  if ('failure' in time) return time;
  return { ok: { service: service.ok, provider: provider.ok, days: days.ok, ...time.ok } };
}

/** The caller's words for when; "June" alone is a month here, where nobody gives their name. */
function saidIn(when: string, now: Instant, timeZone: string): Mention {
  const said = mentionIn(when, now, timeZone);
  return mentionsNothing(said) && /^\W*[a-z]+\W*$/i.test(when) ? mentionIn(`in ${when}`, now, timeZone) : said;
}

function resolveService(words: string, clinic: Clinic): Resolved<Service> {
  const found = serviceNamed(clinic, words);
  if (found.kind === 'one') return { ok: found.item };
  const options = names(found, clinic.services);
  const sentence =
    found.kind === 'several'
      ? `Did you mean ${listed(options, 'or')}?`
      : `I'm sorry, we don't offer that here. We do offer ${listed(options)}.`;
  return { failure: failed('unknown_service', sentence, { services: options }) };
}

function resolveProvider(words: string | undefined, service: Service, clinic: Clinic): Resolved<Provider | null> {
  if (words === undefined || meansAnyone(words)) return { ok: null };
  const able = clinic.providers.filter((provider) => provider.serviceIds.includes(service.id));
  const found = providerNamed(clinic, words);
  if (found.kind !== 'one') {
    const options = names(found, able);
    const sentence =
      found.kind === 'several'
        ? `Did you mean ${listed(options, 'or')}?`
        : `I don't find anyone of that name here. For ${service.name} you can see ${listed(options, 'or')}.`;
    return { failure: failed('unknown_provider', sentence, { providers: options }) };
  }
  if (able.includes(found.item)) return { ok: found.item };
  const others = able.map((provider) => provider.name);
  const sentence = `${found.item.name} doesn't do ${service.name}. ${listed(others, 'or')} can help you with that.`;
  return { failure: failed('provider_not_available_for_service', sentence, { providers: others }) };
}

function resolveDays(args: WishArguments, said: Mention, clinic: Clinic, now: Instant): Resolved<DayRange> {
  const bookable = bookableDays(clinic, now);
  const wished = said.days ?? namedDays(args, clinic, now);
  if (wished === 'unreadable') {
    return {
      failure: failed('invalid_arguments', 'Which day would you like?', { details: 'date and date_to are YYYY-MM-DD' }),
    };
  }
  if (!wished) return { ok: { from: bookable.from, to: addDays(bookable.from, DEFAULT_DAYS - 1) } };
  if (wished.to < wished.from) {
    return {
      failure: failed('invalid_arguments', 'Which days would you like?', { details: 'date_to is before date' }),
    };
  }
  const inside = within(wished, bookable);
  if (inside) return { ok: inside };
  if (wished.to < bookable.from) {
    return { failure: failed('slot_in_past', 'That day has already passed. Which day would you like instead?') };
  }
  const sentence = `We book up to ${spokenDay(bookable.to, bookable.from)}. Would a day before that work for you?`;
  return { failure: failed('outside_booking_window', sentence, { last_date: bookable.to }) };
}

/** The days in `date` and `date_to`; a model may also put the caller's words there. */
function namedDays(args: WishArguments, clinic: Clinic, now: Instant): DayRange | null | 'unreadable' {
  const from = dayIn(args.date, clinic, now);
  const to = dayIn(args.date_to, clinic, now);
  if (from === 'unreadable' || to === 'unreadable') return 'unreadable';
  if (!from && !to) return null;
  return { from: from?.from ?? bookableDays(clinic, now).from, to: to?.to ?? from?.to ?? '' };
}

function dayIn(text: string | undefined, clinic: Clinic, now: Instant): DayRange | null | 'unreadable' {
  if (text === undefined) return null;
  if (isDate(text)) return { from: text, to: text };
  return mentionIn(text, now, clinic.timeZone).days ?? 'unreadable';
}

interface WishedTime {
  readonly at: number | null;
  readonly part: MinuteRange | null;
}

function resolveTime(time: string | undefined, said: Mention, clinic: Clinic, now: Instant): Resolved<WishedTime> {
  const clock = time !== undefined && /^([01]?\d|2[0-3]):[0-5]\d$/.test(time) ? minuteOf(time) : null;
  if (said.at) {
    // "At eight" may be either half of the day: there, and only there, the model knows more than the words say.
    const half = !said.at.sure && clock !== null && clock % HALF_DAY_MINUTES === said.at.minute % HALF_DAY_MINUTES;
    return { ok: { at: half ? clock : said.at.minute, part: null } };
  }
  if (time === undefined) return { ok: { at: null, part: said.part } };
  if (clock !== null) return { ok: { at: clock, part: null } };
  const part = partOfDay(time);
  if (part) return { ok: { at: null, part } };
  const mention = mentionIn(`at ${time}`, now, clinic.timeZone);
  if (mention.at) return { ok: { at: mention.at.minute, part: null } };
  if (mention.part) return { ok: { at: null, part: mention.part } };
  if (meansAnyone(time)) return { ok: { at: null, part: null } };
  const details = 'time is HH:MM, morning, afternoon or evening';
  return { failure: failed('invalid_arguments', 'What time would suit you?', { details }) };
}

function names<T extends { readonly name: string }>(found: Named<T>, all: readonly T[]): string[] {
  return (found.kind === 'several' ? found.items : all).map((item) => item.name);
}
