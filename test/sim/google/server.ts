/**
 * A simulated Google Calendar, version 3, with the token endpoint beside it: one HTTP server on a port of its own. It
 * knows its clients only by what they send, and refuses what the service refuses.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { seededRandom } from '../twilio/random.ts';
import { type CalendarOptions, Calendars, type SimEvent } from './calendars.ts';
import { Channels } from './channels.ts';
import { answerControl } from './control.ts';
import { FaultDesk, type FaultPlan, type Harm, isWrite, type Occasion } from './faults.ts';
import { readRequest, type SimReply, type SimRequest, send } from './http-exchange.ts';
import { type ApiCall, apiCallOf, carryOut } from './operations.ts';
import { QuotaDesk, type Quotas } from './quotas.ts';
import { ApiRefusal, TokenRefusal } from './refusals.ts';
import { type LoggedRequest, RequestLog } from './request-log.ts';
import { type Account, TokenDesk } from './tokens.ts';

export interface GoogleSimOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Whose credentials are good; unset, anybody's are. */
  readonly accounts?: readonly Account[];
  readonly calendars?: readonly CalendarOptions[];
  readonly tokenLifetimeS?: number;
  readonly quotas?: Partial<Quotas>;
  readonly faults?: FaultPlan;
  readonly seed?: number;
  /** Of id collisions, how many go unnoticed: in [0, 1], none by default. */
  readonly missedCollisions?: number;
  /** Of push messages, how many are lost: in [0, 1], none by default. */
  readonly lostPushes?: number;
  /** Whether push addresses may be plain http, which the service does not allow. */
  readonly plainHttpPush?: boolean;
  /** The largest page of a list that is given; the service's limit by default. */
  readonly largestPage?: number;
}

export interface GoogleSim {
  /** Root of the API, of `/token`, and of the control plane under `/sim`. */
  readonly url: string;
  readonly calendars: Calendars;
  readonly tokens: TokenDesk;
  readonly quotas: QuotaDesk;
  readonly faults: FaultDesk;
  readonly channels: Channels;
  readonly requests: RequestLog;
  /** What a calendar shows: its events without the deleted ones, oldest first. Throws for a calendar that is not there. */
  live(calendarId: string): readonly SimEvent[];
  /** Every sync token that was given is too old from now on. */
  expireSyncTokens(): void;
  /** Cuts every connection and closes the server. */
  stop(): Promise<void>;
}

export async function startGoogleSim(options: GoogleSimOptions = {}): Promise<GoogleSim> {
  const simulator = new Simulator(options);
  await simulator.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return simulator;
}

const LARGEST_PAGE = 2_500;

class Simulator implements GoogleSim {
  readonly calendars: Calendars;
  readonly tokens: TokenDesk;
  readonly quotas: QuotaDesk;
  readonly faults: FaultDesk;
  readonly channels: Channels;
  readonly requests = new RequestLog();
  url = '';
  readonly #server: Server;
  readonly #largestPage: number;
  readonly #waiting = new Set<NodeJS.Timeout>();
  /** A simulator that starts afresh knows nothing of the tokens of an earlier one. */
  #syncGeneration = Date.now();

  constructor(options: GoogleSimOptions) {
    const random = seededRandom(options.seed ?? 1);
    const { lostPushes = 0 } = options;
    this.channels = new Channels({ plainHttp: options.plainHttpPush ?? false, loses: () => random() < lostPushes });
    this.calendars = new Calendars(random, options.missedCollisions ?? 0, ({ id }) => this.channels.changed(id));
    for (const calendar of options.calendars ?? []) this.calendars.add(calendar);
    this.tokens = new TokenDesk(options.accounts, options.tokenLifetimeS);
    this.quotas = new QuotaDesk(options.quotas);
    this.faults = new FaultDesk(options.faults);
    this.#largestPage = options.largestPage ?? LARGEST_PAGE;
    this.#server = createServer((incoming, response) => {
      readRequest(incoming)
        .then((request) => this.#answer(request, response))
        .catch(() => response.destroy());
    });
  }

  live(calendarId: string): readonly SimEvent[] {
    const calendar = this.calendars.find(calendarId);
    if (!calendar) throw new Error(`there is no calendar ${calendarId}`);
    return calendar.entries.map(({ event }) => event).filter(({ status }) => status !== 'cancelled');
  }

  expireSyncTokens(): void {
    this.#syncGeneration += 1;
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        this.url = `http://${host}:${typeof address === 'object' && address !== null ? address.port : port}`;
        resolve();
      });
    });
  }

  async stop(): Promise<void> {
    for (const timer of this.#waiting) clearTimeout(timer);
    await this.channels.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: SimRequest | undefined, response: ServerResponse): Promise<void> {
    if (!request) return send(response, { status: 413, body: {} });
    if (request.path.startsWith('/sim/')) return send(response, answerControl(this, request));
    if (request.method === 'POST' && request.path === '/token') {
      const form = new URLSearchParams(request.body);
      return this.#suffer({ operation: 'token', conditional: false }, response, () => this.#grant(form));
    }
    const call = apiCallOf(request);
    if (!call) return send(response, { status: 404, body: new ApiRefusal(404, 'notFound', 'Not Found').body() });
    const query = request.query.toString();
    const occasion = { ...call, query, conditional: request.headers['if-match'] !== undefined };
    return this.#suffer(occasion, response, () => this.#carryOut(call, request));
  }

  #grant(form: URLSearchParams): SimReply {
    try {
      return { status: 200, body: this.tokens.grant(form) };
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      return { status: error.status, body: error.body() };
    }
  }

  #carryOut(call: ApiCall, request: SimRequest): SimReply {
    try {
      const account = this.tokens.accountOf(request.headers.authorization);
      const user = request.query.get('quotaUser') ?? account;
      this.quotas.charge(user, isWrite(call.operation) ? call.calendarId : undefined);
      return carryOut(
        { calendars: this.calendars, channels: this.channels, listing: this.#listing() },
        call,
        request,
        account,
      );
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      return refused(error);
    }
  }

  #listing(): { largestPage: number; generation: number } {
    return { largestPage: this.#largestPage, generation: this.#syncGeneration };
  }

  /** Answers by `carryOut`, as far as the plan of faults lets it. */
  async #suffer(
    occasion: Occasion & Pick<LoggedRequest, 'eventId' | 'query'>,
    response: ServerResponse,
    carryOut: () => SimReply,
  ): Promise<void> {
    const { delayMs, before, after } = this.faults.fateOf(occasion);
    if (delayMs > 0) await this.#pause(delayMs);
    const harm = before ?? after;
    const reply = before === undefined ? carryOut() : undefined;
    const status = harm === undefined ? (reply?.status ?? 0) : harm instanceof ApiRefusal ? harm.status : 0;
    const { operation, calendarId, eventId, query } = occasion;
    this.requests.add({ operation, calendarId, eventId, query, status });
    if (harm !== undefined) this.#harm(harm, response);
    else if (reply) send(response, reply);
  }

  #harm(harm: Harm, response: ServerResponse): void {
    if (harm === 'reset') response.destroy();
    else if (harm !== 'silence') send(response, refused(harm));
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(timer);
        resolve();
      }, ms);
      this.#waiting.add(timer);
    });
  }
}

function refused(refusal: ApiRefusal): SimReply {
  const { retryAfterS } = refusal;
  const answer = { status: refusal.status, body: refusal.body() };
  return retryAfterS === undefined ? answer : { ...answer, headers: { 'retry-after': String(retryAfterS) } };
}
