/**
 * The control plane for people and for tests in other processes, under `/sim`: JSON in and out, no part of the service's
 * protocol, no key asked for. What is done to events here is done by the calendar's owner, by hand.
 */
import { z } from 'zod';
import type { SimCalendar } from './calendars.ts';
import { eventBody } from './event-body.ts';
import { FaultPlan, OPERATIONS } from './faults.ts';
import { parsedBody, type SimReply, type SimRequest } from './http-exchange.ts';
import { ApiRefusal } from './refusals.ts';
import type { GoogleSim } from './server.ts';

export const CalendarBody = z.strictObject({
  id: z.string().min(1),
  timeZone: z.string().optional(),
  summary: z.string().optional(),
  sharedWith: z.array(z.string()).optional(),
});
const Revocation = z.strictObject({ account: z.string().optional() });
const TokenWish = z.strictObject({ lifetimeS: z.number().positive() });
const Shares = z.strictObject({ missedCollisions: z.number().min(0).max(1) });

const ok = (body: unknown = {}): SimReply => ({ status: 200, body });

export function answerControl(sim: GoogleSim, request: SimRequest): SimReply {
  try {
    return answer(sim, request);
  } catch (error) {
    if (error instanceof ApiRefusal) return { status: error.status, body: { error: error.message } };
    throw error;
  }
}

function answer(sim: GoogleSim, request: SimRequest): SimReply {
  const [noun = '', id, ...rest] = request.path.slice('/sim/'.length).split('/').map(decodeURIComponent);
  if (noun === 'calendars' && id !== undefined) return ofCalendar(sim, request, id, rest);
  switch (`${request.method} ${noun}${id === undefined ? '' : `/${id}`}`) {
    case 'GET calendars':
      return ok(sim.calendars.all.map(({ id, timeZone, changes }) => ({ id, timeZone, changes })));
    case 'POST calendars':
      return ok({ id: sim.calendars.add(parsedBody(CalendarBody, request.body)).id });
    case 'GET faults':
      return ok(sim.faults.plan);
    case 'POST faults':
      sim.faults.set(parsedBody(FaultPlan, request.body));
      return ok(sim.faults.plan);
    case 'POST collisions':
      sim.calendars.missedCollisions = parsedBody(Shares, request.body).missedCollisions;
      return ok();
    case 'GET requests':
      return ok(sim.requests.all(operationOf(request.query.get('operation'))));
    case 'GET channels':
      return ok(sim.channels.open);
    default:
      return credentials(sim, request, `${noun}/${id ?? ''}`);
  }
}

function credentials(sim: GoogleSim, request: SimRequest, path: string): SimReply {
  switch (`${request.method} ${path}`) {
    case 'POST credentials/revoke':
      sim.tokens.revoke(parsedBody(Revocation, request.body).account);
      return ok();
    case 'POST credentials/restore':
      sim.tokens.restore(parsedBody(Revocation, request.body).account);
      return ok();
    case 'POST tokens/expire':
      sim.tokens.expireAll();
      return ok();
    case 'POST tokens/':
      sim.tokens.lifetimeS = parsedBody(TokenWish, request.body).lifetimeS;
      return ok();
    case 'POST sync-tokens/expire':
      sim.expireSyncTokens();
      return ok();
    default:
      throw new ApiRefusal(404, 'notFound', `no such route: ${request.method} /sim/${path}`);
  }
}

function ofCalendar(sim: GoogleSim, request: SimRequest, id: string, [noun, eventId]: readonly string[]): SimReply {
  const calendar = sim.calendars.find(id);
  if (!calendar) throw new ApiRefusal(404, 'notFound', `there is no calendar ${id}`);
  if (noun === 'events') return ofEvents(calendar, request, eventId);
  if (request.method !== 'DELETE' || noun !== undefined) throw new ApiRefusal(404, 'notFound', 'no such route');
  sim.calendars.remove(id);
  return ok();
}

function ofEvents(calendar: SimCalendar, { method, body }: SimRequest, eventId: string | undefined): SimReply {
  if (eventId === undefined && method === 'GET') return ok(calendar.entries.map(({ event }) => event));
  if (eventId === undefined && method === 'POST') return ok(calendar.insert(parsedBody(eventBody, body)));
  if (eventId !== undefined && method === 'PATCH')
    return ok(calendar.patch(eventId, parsedBody(eventBody, body), undefined));
  if (eventId === undefined || method !== 'DELETE') throw new ApiRefusal(404, 'notFound', 'no such route');
  calendar.delete(eventId, undefined);
  return ok();
}

const operationOf = (text: string | null): (typeof OPERATIONS)[number] | undefined =>
  OPERATIONS.find((each) => each === text);
