/**
 * The HTTP side: the service's own routes under `/v1`, and the control plane under `/sim` for people and tests, which is
 * no part of the vendor's protocol and asks for no key.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import { freshId } from './chance.ts';
import type { EventLog, LoggedRecord } from './event-log.ts';
import { faultPlanSchema } from './faults.ts';
import { MODELS } from './models.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { SessionSummary } from './session.ts';
import { answerText, type TextWorld } from './text/endpoint.ts';

export interface RestPorts {
  readonly acceptsKey: (key: string) => boolean;
  readonly world: TextWorld;
  readonly sessions: () => readonly SessionSummary[];
  /** False where there is no brain of that name. */
  readonly setBrain: (name: string) => boolean;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_STREAM_BACKLOG_BYTES = 16 * 1024 * 1024;

export function restHandler(ports: RestPorts): RequestListener {
  return (request, response) => {
    route(ports, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        answer(response, 400, { error: { ...refuse(null, error instanceof Error ? error.message : 'Bad request') } });
    });
  };
}

async function route(ports: RestPorts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  if (url.pathname.startsWith('/sim/')) return control(ports, request, response, url);
  response.setHeader('x-request-id', freshId('req'));
  const key = bearerOf(request);
  if (key === undefined || !ports.acceptsKey(key)) return answer(response, 401, { error: keyRefusal(key) });
  if (request.method === 'GET' && url.pathname === '/v1/models') {
    return answer(response, 200, { object: 'list', data: MODELS });
  }
  if (request.method === 'POST' && url.pathname === '/v1/responses') {
    return answerText(ports.world, await readJson(request), response);
  }
  const model = MODELS.find(({ id }) => url.pathname === `/v1/models/${id}`);
  if (request.method === 'GET' && model !== undefined) return answer(response, 200, model);
  const message = `Invalid URL (${request.method} ${url.pathname})`;
  answer(response, 404, { error: refuse(null, message) });
}

async function control(ports: RestPorts, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /sim/events':
      return stream(ports.world.log, Number(url.searchParams.get('since') ?? 0), response);
    case 'GET /sim/sessions':
      return answer(response, 200, ports.sessions());
    case 'GET /sim/faults':
      return answer(response, 200, ports.world.faults.plan);
    case 'POST /sim/faults': {
      const plan = faultPlanSchema.safeParse(await readJson(request));
      if (!plan.success) return answer(response, 400, { error: z.prettifyError(plan.error) });
      ports.world.faults.set(plan.data);
      return answer(response, 200, ports.world.faults.plan);
    }
    case 'POST /sim/brain': {
      const wish = z.strictObject({ brain: z.string() }).safeParse(await readJson(request));
      if (!wish.success) return answer(response, 400, { error: z.prettifyError(wish.error) });
      if (!ports.setBrain(wish.data.brain)) return answer(response, 400, { error: `No brain '${wish.data.brain}'.` });
      return answer(response, 200, wish.data);
    }
    default:
      return answer(response, 404, { error: `No ${request.method} ${url.pathname}` });
  }
}

/** NDJSON: what is kept, then what happens; a reader that falls too far behind is cut off. */
function stream(log: EventLog, since: number, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const write = (logged: LoggedRecord): void => {
    response.write(`${JSON.stringify({ seq: logged.seq, at: logged.at, ...logged.record })}\n`);
    if (response.writableLength > MAX_STREAM_BACKLOG_BYTES) response.destroy();
  };
  for (const logged of log.since(since)) write(logged);
  const unfollow = log.follow(write);
  response.on('close', unfollow);
}

/** What the service says to a missing key (`undefined`) or a wrong one, of which it shows only the end. */
export function keyRefusal(key: string | undefined): Refusal {
  if (key === undefined) {
    const message =
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
      '(i.e. Authorization: Bearer YOUR_KEY).';
    return refuse(null, message);
  }
  return refuse('invalid_api_key', `Incorrect API key provided: ***${key.slice(-4)}.`);
}

export function bearerOf(request: IncomingMessage): string | undefined {
  const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1];
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    const buffer = piece instanceof Uint8Array ? Buffer.from(piece) : Buffer.from(String(piece));
    bytes += buffer.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('The body is too large.');
    pieces.push(buffer);
  }
  const parsed: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  return parsed;
}
