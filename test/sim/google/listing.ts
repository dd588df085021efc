/**
 * `events.list`: all of a calendar, or what changed since a sync token, in pages. Tokens are opaque to clients and carry
 * what they stand for; a calendar's history is kept for ever, until tokens are declared too old.
 */
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';
import type { Entry, SimCalendar, SimEvent } from './calendars.ts';
import { instances } from './recurrence.ts';
import { emptyRange, fullSyncRequired, invalid } from './refusals.ts';
import { instantParameter, spanOf, touches } from './times.ts';

const DEFAULT_PAGE = 250;
const LARGEST_PAGE = 2_500;
/** Parameters that go with no sync token. */
const NOT_WITH_TOKEN = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMax',
  'timeMin',
  'updatedMin',
];

const syncToken = z.object({ calendar: z.string(), since: z.number(), single: z.boolean(), generation: z.number() });
const pageToken = z.object({ calendar: z.string(), offset: z.number(), asOf: z.number() });

const sealed = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function opened<T>(schema: z.ZodType<T>, token: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

export interface ListOptions {
  /** The largest page that is given, whatever is asked for. */
  readonly largestPage: number;
  /** Tokens of an earlier generation are too old. */
  readonly generation: number;
}

type Listed = calendar_v3.Schema$Events;

export function listEvents(calendar: SimCalendar, query: URLSearchParams, options: ListOptions): Listed {
  const token = query.get('syncToken');
  const since = token === null ? undefined : sinceOf(calendar, query, token, options);
  const page = pageOf(calendar, query);
  const found = since === undefined ? wholeList(calendar, query) : changesSince(calendar, since, isSingle(query));
  const asked = Number(query.get('maxResults') ?? DEFAULT_PAGE);
  if (!Number.isInteger(asked) || asked < 1) throw invalid('Invalid value for: maxResults', 'badRequest');
  const end = page.offset + Math.min(asked, LARGEST_PAGE, options.largestPage);
  const next =
    end < found.length
      ? { nextPageToken: sealed({ ...page, offset: end }) }
      : syncTokenOf(calendar, query, page.asOf, options);
  return {
    kind: 'calendar#events',
    etag: `"p${calendar.changes}"`,
    summary: calendar.summary,
    timeZone: calendar.timeZone,
    accessRole: 'owner',
    items: found.slice(page.offset, end),
    ...next,
  };
}

const isSingle = (query: URLSearchParams): boolean => query.get('singleEvents') === 'true';

/** A search is no base for a sync: it gets no token. */
function syncTokenOf(calendar: SimCalendar, query: URLSearchParams, asOf: number, { generation }: ListOptions): Listed {
  const searches = ['orderBy', 'q', 'privateExtendedProperty', 'sharedExtendedProperty', 'iCalUID', 'updatedMin'];
  if (searches.some((name) => query.has(name))) return {};
  return { nextSyncToken: sealed({ calendar: calendar.id, since: asOf, single: isSingle(query), generation }) };
}

function sinceOf(calendar: SimCalendar, query: URLSearchParams, token: string, { generation }: ListOptions): number {
  const clash = NOT_WITH_TOKEN.find((name) => query.has(name));
  if (clash)
    throw invalid(
      `Sync token cannot be used with other query restrictions: ${clash}`,
      'syncTokenWithRequestedQueryParams',
    );
  if (query.get('showDeleted') === 'false') throw invalid('showDeleted must not be false with a sync token.');
  const content = opened(syncToken, token);
  if (content?.calendar !== calendar.id) throw invalid('Invalid sync token value.');
  if (content.generation !== generation) throw fullSyncRequired();
  if (content.single !== isSingle(query)) throw invalid('The parameters differ from those of the first request.');
  return content.since;
}

function pageOf(calendar: SimCalendar, query: URLSearchParams): z.infer<typeof pageToken> {
  const token = query.get('pageToken');
  if (token === null) return { calendar: calendar.id, offset: 0, asOf: calendar.changes };
  const content = opened(pageToken, token);
  if (content?.calendar !== calendar.id) throw invalid('Invalid page token value.');
  return content;
}

function wholeList(calendar: SimCalendar, query: URLSearchParams): SimEvent[] {
  const from = instantParameter(query.get('timeMin'), 'timeMin');
  const to = instantParameter(query.get('timeMax'), 'timeMax');
  if (from !== undefined && to !== undefined && to <= from) throw emptyRange();
  const orderBy = query.get('orderBy');
  if (orderBy === 'startTime' && !isSingle(query))
    throw invalid('The requested ordering is not available for the particular query.');
  const showsDeleted = query.get('showDeleted') === 'true';
  const start = (event: SimEvent): number => spanOf(event, calendar.timeZone).startsAt;
  const found = calendar.entries
    .filter(({ event }) => showsDeleted || event.status !== 'cancelled')
    .filter(({ event }) => hasProperties(event, 'private', query.getAll('privateExtendedProperty')))
    .filter(({ event }) => hasProperties(event, 'shared', query.getAll('sharedExtendedProperty')))
    .flatMap(({ event }) => (isSingle(query) ? instances(event, calendar.timeZone) : [event]))
    .filter((event) => event.recurrence || touches(spanOf(event, calendar.timeZone), from, to));
  return orderBy === 'startTime' ? found.sort((a, b) => start(a) - start(b)) : found;
}

/** Deleted ones included, of which little more than the id is shown. */
function changesSince(calendar: SimCalendar, since: number, single: boolean): SimEvent[] {
  const changed = calendar.entries.filter((entry) => entry.changedAt > since);
  return changed.flatMap((entry) => (single ? deletedOrInstances(entry, calendar) : [entry.event]));
}

function deletedOrInstances({ event }: Entry, calendar: SimCalendar): SimEvent[] {
  if (event.status !== 'cancelled') return instances(event, calendar.timeZone);
  const { kind, etag, id } = event;
  const all = event.recurrence ? instances({ ...event, status: 'confirmed' }, calendar.timeZone) : [{ id }];
  return all.map((each) => ({ kind, etag, id: each.id, status: 'cancelled' }));
}

/** Each `name=value` must be there. */
function hasProperties(event: SimEvent, whose: 'private' | 'shared', wanted: readonly string[]): boolean {
  const kept = event.extendedProperties?.[whose] ?? {};
  return wanted.every((constraint) => {
    const at = constraint.indexOf('=');
    if (at < 1) throw invalid(`Invalid ${whose} extended property filter.`);
    return kept[constraint.slice(0, at)] === constraint.slice(at + 1);
  });
}
