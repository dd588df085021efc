/** Which request is which operation of the API, and what each answers. */

import type { Calendars, SimCalendar, SimEvent } from './calendars.ts';
import { type Channels, stopBody, watchBody } from './channels.ts';
import { eventBody } from './event-body.ts';
import type { Operation } from './faults.ts';
import { freeBusy, freeBusyBody } from './free-busy.ts';
import { parsedBody, type SimReply, type SimRequest } from './http-exchange.ts';
import { type ListOptions, listEvents } from './listing.ts';
import { ApiRefusal, invalid, missing } from './refusals.ts';

/** One request to the API, understood. */
export interface ApiCall {
  readonly operation: Exclude<Operation, 'token'>;
  readonly calendarId: string | undefined;
  readonly eventId: string | undefined;
}

export interface ApiParts {
  readonly calendars: Calendars;
  readonly channels: Channels;
  readonly listing: ListOptions;
}

const ROOT = '/calendar/v3';
const EVENTS = /^\/calendars\/([^/]+)\/events(?:\/([^/]+))?$/;

/** Undefined for what is no operation of the API. */
export function apiCallOf({ method, path }: SimRequest): ApiCall | undefined {
  if (!path.startsWith(ROOT)) return undefined;
  const rest = path.slice(ROOT.length);
  const [none, calendars] = [{ calendarId: undefined, eventId: undefined }, EVENTS.exec(rest)];
  if (method === 'POST' && rest === '/freeBusy') return { operation: 'freebusy', ...none };
  if (method === 'POST' && rest === '/channels/stop') return { operation: 'stop', ...none };
  const [, calendar, event] = calendars ?? [];
  if (calendar === undefined) return undefined;
  const calendarId = decodeURIComponent(calendar);
  if (event === 'watch' && method === 'POST') return { operation: 'watch', calendarId, eventId: undefined };
  const operation = operationOf(method, event !== undefined);
  return operation && { operation, calendarId, eventId: event && decodeURIComponent(event) };
}

function operationOf(method: string, one: boolean): ApiCall['operation'] | undefined {
  if (!one) return method === 'GET' ? 'list' : method === 'POST' ? 'insert' : undefined;
  return ({ GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const)[method];
}

/** Does what was asked, in the name of `account`. Throws an ApiRefusal. */
export function carryOut(parts: ApiParts, call: ApiCall, request: SimRequest, account: string): SimReply {
  const { calendars, channels } = parts;
  if (call.operation === 'freebusy') return ok(freeBusy(calendars, account, parsedBody(freeBusyBody, request.body)));
  if (call.operation === 'stop') {
    channels.stop(parsedBody(stopBody, request.body));
    return { status: 204 };
  }
  checkQuery(request.query);
  const calendar = calendars.of(call.calendarId ?? '', account);
  switch (call.operation) {
    case 'list':
      return ok(listEvents(calendar, request.query, parts.listing));
    case 'watch': {
      const uri = `https://www.googleapis.com${ROOT}/calendars/${encodeURIComponent(calendar.id)}/events?alt=json`;
      return ok(channels.watch(calendar.id, uri, parsedBody(watchBody, request.body)));
    }
    case 'insert':
      return ofEvent(calendar.insert(bodyOf(request)));
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return onEvent(calendar, call.operation, call.eventId ?? '', request);
  }
}

function onEvent(
  calendar: SimCalendar,
  operation: 'get' | 'update' | 'patch' | 'delete',
  id: string,
  request: SimRequest,
): SimReply {
  const ifMatch = request.headers['if-match'];
  switch (operation) {
    case 'get':
      return ofEvent(calendar.get(id));
    case 'update':
      return ofEvent(calendar.update(id, bodyOf(request), ifMatch));
    case 'patch':
      return ofEvent(calendar.patch(id, bodyOf(request), ifMatch));
    case 'delete':
      calendar.delete(id, ifMatch);
      return { status: 204 };
  }
}

const bodyOf = (request: SimRequest): SimEvent => {
  if (request.body === '') throw missing('Missing body.');
  return parsedBody(eventBody, request.body);
};

const ok = (body: unknown): SimReply => ({ status: 200, body });

const ofEvent = (event: SimEvent): SimReply => ({ status: 200, body: event, headers: { etag: event.etag ?? '' } });

function checkQuery(query: URLSearchParams): void {
  const updates = query.get('sendUpdates');
  if (updates !== null && !['all', 'externalOnly', 'none'].includes(updates))
    throw invalid('Invalid value for: sendUpdates');
  const user = query.get('quotaUser') ?? '';
  if (user.length > 40) throw new ApiRefusal(400, 'invalid', 'Invalid value for: quotaUser');
}
