/**
 * A simulated Twilio account: phones that call the product over Twilio's real protocols, and the REST API that the
 * product uses in return. It knows nothing of the product but the URLs that its numbers are configured with.
 */

import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Addresses } from './addresses.ts';
import type { Call } from './call.ts';
import type { Environment } from './environment.ts';
import { Exchange, type InboundCall } from './exchange.ts';
import type { FaultPlan } from './faults.ts';
import type { SimMessage } from './message.ts';
import { type InboundMessage, type MessageDelivery, Messaging } from './messaging.ts';
import type { TwilioSimOptions } from './options.ts';
import { seededRandom } from './random.ts';
import { Recordings } from './recordings.ts';
import { simulatorRoutes } from './routes.ts';
import { TICK_MS, Ticker } from './ticker.ts';
import { Webhooks } from './webhooks.ts';

export interface TwilioSim {
  /** Root of the REST API and of the control plane under `/sim`. */
  readonly url: string;
  readonly port: number;
  /** Mutable: what goes wrong from now on, for calls without faults of their own. */
  faults: FaultPlan;
  /** A phone calls one of the account's numbers. Returns while it is ringing. */
  placeCall(call: InboundCall): Call;
  /** Every call there was, dialled legs included, oldest first. */
  calls(): Call[];
  /** Every text message in either direction, oldest first. */
  readonly messages: readonly SimMessage[];
  readonly recordings: Recordings;
  /** How long all phones stood still because this process could not keep up; their time is missing it. */
  readonly stalledMs: number;
  /** A phone sends a text message. Resolves when the product's webhook has answered. */
  sendSms(message: InboundMessage): Promise<MessageDelivery>;
  /** Ends all calls, waits (bounded) for their last callbacks, and closes the server. */
  stop(): Promise<void>;
}

const LAST_CALLBACKS_MS = 3_000;

export async function startTwilioSim(options: TwilioSimOptions): Promise<TwilioSim> {
  const closing = new AbortController();
  // Whoever waits listens to it.
  setMaxListeners(0, closing.signal);
  const recordings = new Recordings();
  const state: { faults: FaultPlan; url: string } = { faults: options.faults ?? {}, url: '' };
  const webhooks = new Webhooks(options.accountSid, options.authToken, closing.signal);
  const addresses = (number: string): Addresses =>
    new Addresses(options.publicUrlForSigning, options.numbers[number]?.voiceUrl);
  const ticker = new Ticker();
  const environment: Environment = {
    accountSid: options.accountSid,
    restUrl: () => state.url,
    pace: options.pace ?? 1,
    ticker,
    webhooks,
    random: seededRandom(options.seed ?? 1),
    recordings,
    closing: closing.signal,
    addressesFor: addresses,
    faults: () => state.faults,
    dial: (request) => exchange.dial(request),
  };
  const exchange = new Exchange(environment, { numbers: options.numbers, staff: options.staff ?? {} });
  const messaging = new Messaging(environment, options.numbers);
  const server = createServer(simulatorRoutes({ options, environment, exchange, messaging }));
  state.url = await listen(server, options.host ?? '127.0.0.1', options.port ?? 0);

  return {
    url: state.url,
    port: Number(new URL(state.url).port),
    get faults() {
      return state.faults;
    },
    set faults(faults) {
      state.faults = faults;
    },
    placeCall: (call) => exchange.placeInbound(call),
    calls: () => exchange.calls(),
    messages: messaging.messages,
    recordings,
    get stalledMs() {
      return ticker.skipped * TICK_MS;
    },
    sendSms: (message) => messaging.receive(message),
    stop: async () => {
      for (const call of exchange.calls()) call.finish('completed', { by: 'simulator' });
      await bounded(Promise.all([...exchange.posts, ...messaging.posts]), LAST_CALLBACKS_MS);
      closing.abort();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      const actualPort = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`http://${host}:${actualPort}`);
    });
  });
}

/** Waits for the work, but no longer than `ms`. */
async function bounded(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
