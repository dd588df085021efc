/** The simulator's HTTP server: Twilio's REST API, and the control plane for people under `/sim`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerControl } from './control.ts';
import type { Environment } from './environment.ts';
import type { Exchange } from './exchange.ts';
import { readRequest, sendJson } from './http-request.ts';
import type { Messaging } from './messaging.ts';
import type { TwilioSimOptions } from './options.ts';
import { answerRest } from './rest/router.ts';

export interface SimulatorParts {
  readonly options: TwilioSimOptions;
  readonly environment: Environment;
  readonly exchange: Exchange;
  readonly messaging: Messaging;
}

export function simulatorRoutes(parts: SimulatorParts): (incoming: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    answer(parts, incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { code: 20500, message: String(error), more_info: '', status: 500 });
    });
  };
}

async function answer(parts: SimulatorParts, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const request = await readRequest(incoming);
  if (request === undefined) sendJson(response, 413, { message: 'too large' });
  else if (request.path.startsWith('/sim/')) await answerControl(parts, request, response);
  else await answerRest(parts, request, response);
}
