/** Twilio's REST API, version 2010-04-01: Basic auth, form bodies, JSON answers. */

import { timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type SimRequest, sendJson } from '../http-request.ts';
import { within } from '../random.ts';
import { asWav } from '../recordings.ts';
import type { SimulatorParts } from '../routes.ts';
import { pause } from '../waiting.ts';
import { createCall, findCall, listCalls, updateCall } from './calls.ts';
import { notFound, RestError } from './errors.ts';
import { createMessage, findMessage, listMessages } from './messages.ts';
import { callResource, messageResource, page } from './resources.ts';

const RESOURCE =
  /^\/2010-04-01\/Accounts\/(AC[0-9a-zA-Z]+|[\w-]+)\/(Calls|Messages|Recordings)(?:\/([A-Z]{2}\w+))?(?:\.(json|wav|mp3))?$/;

export async function answerRest(parts: SimulatorParts, request: SimRequest, response: ServerResponse): Promise<void> {
  const { environment } = parts;
  const { restDelayMs, restAnswersLost = 0 } = environment.faults();
  if (restDelayMs) await pause(within(restDelayMs, environment.random), environment.closing);
  if (restAnswersLost > 0 && environment.random() < restAnswersLost) response.destroy();
  try {
    answer(parts, request, response);
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    sendJson(response, error.status, error.body());
  }
}

function answer(parts: SimulatorParts, request: SimRequest, response: ServerResponse): void {
  const [, account, resource, sid] = RESOURCE.exec(request.path) ?? [];
  if (resource === 'Recordings' && sid !== undefined) return sendRecording(parts, request, sid, response);
  authenticate(parts, request.authorization);
  failOnPurpose(parts);
  const { accountSid } = parts.options;
  if (account !== accountSid) throw notFound(request.path);
  if (resource === 'Calls') return answerCalls(parts, request, sid, response);
  if (resource === 'Messages') return answerMessages(parts, request, sid, response);
  throw notFound(request.path);
}

function answerCalls(
  parts: SimulatorParts,
  request: SimRequest,
  sid: string | undefined,
  response: ServerResponse,
): void {
  const { accountSid } = parts.options;
  if (sid === undefined) {
    if (request.method === 'POST') sendJson(response, 201, callResource(createCall(parts, request), accountSid));
    else {
      const calls = listCalls(parts, request.query).map((call) => callResource(call, accountSid));
      sendJson(response, 200, page('calls', calls, request.path));
    }
    return;
  }
  const call = findCall(parts, sid, request.path);
  if (request.method === 'POST') updateCall(parts, call, request);
  sendJson(response, 200, callResource(call, accountSid));
}

function answerMessages(
  parts: SimulatorParts,
  request: SimRequest,
  sid: string | undefined,
  response: ServerResponse,
): void {
  const { accountSid } = parts.options;
  if (sid !== undefined) {
    sendJson(response, 200, messageResource(findMessage(parts, sid, request.path), accountSid));
  } else if (request.method === 'POST') {
    sendJson(response, 201, messageResource(createMessage(parts, request), accountSid));
  } else {
    const messages = listMessages(parts, request.query).map((message) => messageResource(message, accountSid));
    sendJson(response, 200, page('messages', messages, request.path));
  }
}

/** Recordings are open to whoever knows their URL, as Twilio's are by default. */
function sendRecording(parts: SimulatorParts, request: SimRequest, sid: string, response: ServerResponse): void {
  const recording = parts.environment.recordings.find(sid);
  if (recording === undefined || request.method !== 'GET') throw notFound(request.path);
  response.writeHead(200, { 'content-type': 'audio/x-wav' }).end(asWav(recording.audio));
}

function authenticate({ options }: SimulatorParts, authorization: string | undefined): void {
  const expected = Buffer.from(`${options.accountSid}:${options.authToken}`);
  const given = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64');
  if (given.length === expected.length && timingSafeEqual(given, expected)) return;
  throw new RestError(401, 20_003, 'Authenticate');
}

function failOnPurpose({ environment }: SimulatorParts): void {
  const faults = environment.faults().rest;
  if (faults === undefined || environment.random() >= faults.failureRate) return;
  if (faults.status === 429) throw new RestError(429, 20_429, 'Too Many Requests');
  throw new RestError(faults.status, 20_500, 'Internal Server Error');
}
