/**
 * The control plane for people: place a call, follow it live, speak, press, hang up, text. JSON in and out; a call's
 * events as NDJSON from its first one to its end. Not part of Twilio's protocol.
 */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { scenario, scenarioNames, scenarioSummaries } from '../callers/scenarios.ts';
import type { Call } from './call.ts';
import type { CallEvent } from './call-events.ts';
import { FaultPlan } from './faults.ts';
import { type SimRequest, sendJson } from './http-request.ts';
import type { SimulatorParts } from './routes.ts';

const e164 = z.string().regex(/^\+\d{3,15}$/);

const Who = z
  .object({
    name: z.string(),
    phone: z.string(),
    email: z.string(),
    service: z.string(),
    when: z.string(),
    provider: z.string(),
  })
  .partial()
  .strict();

const PlaceCall = z
  .object({
    from: e164,
    to: e164,
    scenario: z.string().optional(),
    who: Who.optional(),
    faults: FaultPlan.optional(),
    params: z.record(z.string(), z.string()).optional(),
  })
  .strict();
const Say = z.object({ text: z.string().min(1).max(2000) }).strict();
const Press = z.object({ digits: z.string().regex(/^[0-9*#]{1,32}$/) }).strict();
const Sms = z.object({ from: e164, to: e164, body: z.string().max(1600), messageSid: z.string().optional() }).strict();

/** A request that makes no sense, with its HTTP status. */
class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function answerControl(
  parts: SimulatorParts,
  request: SimRequest,
  response: ServerResponse,
): Promise<void> {
  try {
    await answer(parts, request, response);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    sendJson(response, error.status, { error: error.message });
  }
}

async function answer(parts: SimulatorParts, request: SimRequest, response: ServerResponse): Promise<void> {
  const [, , noun, sid, verb] = request.path.split('/');
  const route = `${request.method} ${noun ?? ''}${sid === undefined ? '' : '/:sid'}${verb === undefined ? '' : `/${verb}`}`;
  switch (route) {
    case 'GET scenarios':
      return sendJson(response, 200, { scenarios: scenarioSummaries() });
    case 'GET calls':
      return sendJson(response, 200, { calls: parts.exchange.calls().map(callSummary) });
    case 'POST calls':
      return placeCall(parts, request, response);
    case 'GET calls/:sid':
      return sendJson(response, 200, callSummary(findCall(parts, sid)));
    case 'GET calls/:sid/events':
      return streamEvents(findCall(parts, sid), request, response);
    case 'POST calls/:sid/say':
      void findCall(parts, sid).say(parsed(Say, request).text);
      return sendJson(response, 202, {});
    case 'POST calls/:sid/press':
      findCall(parts, sid).press(parsed(Press, request).digits);
      return sendJson(response, 202, {});
    case 'POST calls/:sid/hangup':
      findCall(parts, sid).hangUp();
      return sendJson(response, 202, {});
    case 'GET messages':
      return sendJson(response, 200, { messages: parts.messaging.messages });
    case 'POST messages':
      return sendJson(response, 200, await parts.messaging.receive(parsed(Sms, request)));
    default:
      throw new ControlError(404, `no such route: ${request.method} ${request.path}`);
  }
}

function placeCall(parts: SimulatorParts, request: SimRequest, response: ServerResponse): void {
  const { from, to, scenario: name, who, faults, params } = parsed(PlaceCall, request);
  if (name !== undefined && !scenarioNames().includes(name)) {
    throw new ControlError(400, `no scenario "${name}"; there are ${scenarioNames().join(', ')}`);
  }
  const call = parts.exchange.placeInbound({
    from,
    to,
    caller: name === undefined ? undefined : scenario(name, who),
    faults,
    params,
  });
  sendJson(response, 201, { sid: call.sid });
}

function findCall({ exchange }: SimulatorParts, sid: string | undefined): Call {
  const call = sid === undefined ? undefined : exchange.find(sid);
  if (call === undefined) throw new ControlError(404, `no call ${sid}`);
  return call;
}

function parsed<Output>(schema: z.ZodType<Output>, { body }: SimRequest): Output {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new ControlError(400, 'the body is no JSON');
  }
  const result = schema.safeParse(json);
  if (!result.success) throw new ControlError(400, z.prettifyError(result.error));
  return result.data;
}

function callSummary(call: Call): Readonly<Record<string, unknown>> {
  const { sid, from, to, direction, status, parentSid, utterances, said, log, end } = call;
  return { sid, from, to, direction, status, parentSid, utterances, said, log, end };
}

async function streamEvents(call: Call, request: SimRequest, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const types = request.query.get('types')?.split(',');
  const events = call.events[Symbol.asyncIterator]();
  response.once('close', () => void events.return());
  for await (const event of { [Symbol.asyncIterator]: () => events }) {
    if (response.destroyed) break;
    if (types === undefined || types.includes(event.type)) response.write(eventLine(event));
  }
  response.end();
}

function eventLine(event: CallEvent): string {
  return `${JSON.stringify(event)}\n`;
}
