/**
 * How the service turns a Realtime connection away: before the upgrade with an HTTP status, or after it with one `error`
 * event and a close in the private range, the reason naming type and code (`invalid_request_error.invalid_api_key`).
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { freshId } from './chance.ts';
import { isRealtimeModel } from './models.ts';
import { type Refusal, refuse } from './refusal.ts';
import { keyRefusal } from './rest.ts';

const CLOSE_UNAUTHORISED = 3000;
const CLOSE_BAD_REQUEST = 4000;

/** What is wrong with what a client asks for, apart from its key. */
export function modelRefusal(request: IncomingMessage, model: string | null): Refusal | undefined {
  if (request.headers['openai-beta'] !== undefined) {
    const message = 'The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.';
    return refuse('beta_api_shape_disabled', message);
  }
  if (model === null || model === '') return refuse('missing_model', 'You must provide a model parameter.', 'model');
  if (isRealtimeModel(model)) return undefined;
  const message = `The model '${model}' does not exist or you do not have access to it.`;
  return refuse('model_not_found', message, 'model');
}

export function refuseSocket(socket: WebSocket, refusal: Refusal): void {
  const error = { ...refusal, event_id: null };
  socket.send(JSON.stringify({ type: 'error', event_id: freshId('event'), error }));
  const code = refusal.code === 'invalid_api_key' ? CLOSE_UNAUTHORISED : CLOSE_BAD_REQUEST;
  socket.close(code, `${refusal.type}.${refusal.code}`);
}

export function refuseUpgrade(socket: Duplex, status: 401 | 404 | 429 | 500 | 503): void {
  const body = JSON.stringify({ error: upgradeRefusal(status) });
  const retry = status === 429 || status === 503 ? 'retry-after: 1\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n${retry}` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function upgradeRefusal(status: 401 | 404 | 429 | 500 | 503): Refusal {
  switch (status) {
    case 401:
      return keyRefusal(undefined);
    case 404:
      return refuse(null, 'Invalid URL');
    case 429:
      return { type: 'requests', code: 'rate_limit_exceeded', message: 'Rate limit reached.', param: null };
    case 500:
    case 503:
    default:
      return { type: 'server_error', code: null, message: 'The server had an error.', param: null };
  }
}
