/**
 * The OpenAI simulator: a server of the Realtime GA protocol and of the Responses API on a port of its own. It owns the listening socket, every
 * session and the shared timer; `stop()` closes all of them and answers once they are closed. It knows clients only by
 * what they send.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Brain } from './brain/brain.ts';
import { type BrainName, brainOf, isBrainName } from './brain/brains.ts';
import { seededRandom } from './chance.ts';
import { EventLog } from './event-log.ts';
import { CONNECT_FAULTS, FaultDesk, type FaultPlan, type SocketFault } from './faults.ts';
import { Pacer } from './pacer.ts';
import { modelRefusal, refuseSocket, refuseUpgrade } from './refused-sockets.ts';
import { bearerOf, keyRefusal, restHandler } from './rest.ts';
import { RealtimeSession, type SessionSummary } from './session.ts';
import type { World } from './world.ts';

export interface OpenAiSimOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** The key that is accepted; unset, any is. */
  readonly apiKey?: string;
  readonly brain?: BrainName | Brain;
  readonly seed?: number;
  /** How fast she talks, thinks and transcribes; 1 is human. */
  readonly pace?: number;
  /** From `response.create` to the first output, in ms at pace 1. */
  readonly thinkMs?: number;
  /** Audio in one delta, in ms. */
  readonly deltaMs?: number;
  /** How much faster than real time deltas are sent. */
  readonly deltaSpeed?: number;
  readonly sessionLimitMs?: number;
  readonly faults?: FaultPlan;
}

export interface OpenAiSim {
  /** The REST base, `http://host:port/v1`. */
  readonly url: string;
  /** `ws://host:port/v1/realtime`. */
  readonly realtimeUrl: string;
  /** `http://host:port/sim`, for people. */
  readonly controlUrl: string;
  readonly faults: FaultDesk;
  readonly log: EventLog;
  sessions(): SessionSummary[];
  setBrain(brain: BrainName | Brain): void;
  /** Has this go wrong now, in every session or in one; answers how many it struck. */
  strike(fault: SocketFault, sessionId?: string): number;
  stop(): Promise<void>;
}

const SESSION_LIMIT_MS = 60 * 60 * 1000;
const MAX_EVENT_BYTES = 15 * 1024 * 1024;
/** An event over the limit is answered with an error; one far over it is not even read. */
const MAX_FRAME_BYTES = 2 * MAX_EVENT_BYTES;

export async function startOpenAiSim(options: OpenAiSimOptions = {}): Promise<OpenAiSim> {
  const simulator = new Simulator(options);
  await simulator.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  return simulator;
}

class Simulator implements OpenAiSim {
  readonly faults: FaultDesk;
  readonly log = new EventLog();
  private readonly live = new Map<WebSocket, RealtimeSession>();
  /** Every connection that asked for an upgrade, answered or not; the HTTP server no longer knows them. */
  private readonly upgrading = new Set<Duplex>();
  private readonly waiting = new Set<NodeJS.Timeout>();
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  private readonly world: World;
  private readonly apiKey: string | undefined;
  private readonly seed: number;
  private brain: Brain;
  private address = '';

  constructor(options: OpenAiSimOptions) {
    const { pace = 1, thinkMs = 350, deltaMs = 200, deltaSpeed = 4, seed = 1 } = options;
    this.faults = new FaultDesk(options.faults);
    this.apiKey = options.apiKey;
    this.seed = seed;
    this.brain = brainOf(options.brain ?? 'receptionist', seed);
    this.world = {
      brain: () => this.brain,
      faults: this.faults,
      log: this.log,
      pacer: new Pacer(),
      timing: { thinkMs: thinkMs / pace, deltaMs, deltaSpeed, pace },
      sessionLimitMs: options.sessionLimitMs ?? SESSION_LIMIT_MS,
    };
    this.server = createServer(
      restHandler({
        acceptsKey: (key) => this.acceptsKey(key),
        world: this.world,
        sessions: () => this.sessions(),
        setBrain: (name) => this.setBrainByName(name),
      }),
    );
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
  }

  get url(): string {
    return `http://${this.address}/v1`;
  }

  get realtimeUrl(): string {
    return `ws://${this.address}/v1/realtime`;
  }

  get controlUrl(): string {
    return `http://${this.address}/sim`;
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const bound = this.server.address();
    if (bound === null || typeof bound === 'string') throw new Error('The simulator listens on no TCP port.');
    const { address, family } = bound;
    this.address = family === 'IPv6' ? `[${address}]:${bound.port}` : `${address}:${bound.port}`;
  }

  sessions(): SessionSummary[] {
    return [...this.live.values()].map((session) => session.summary);
  }

  setBrain(brain: BrainName | Brain): void {
    this.brain = brainOf(brain, this.seed);
  }

  strike(fault: SocketFault, sessionId?: string): number {
    const struck = [...this.live.values()].filter(({ id }) => sessionId === undefined || id === sessionId);
    for (const session of struck) session.suffer(fault);
    return struck.length;
  }

  async stop(): Promise<void> {
    for (const timer of this.waiting) clearTimeout(timer);
    for (const socket of this.upgrading) socket.destroy();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private setBrainByName(name: string): boolean {
    if (!isBrainName(name)) return false;
    this.setBrain(name);
    return true;
  }

  private acceptsKey(key: string): boolean {
    return this.apiKey === undefined || key === this.apiKey;
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.upgrading.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.upgrading.delete(socket));
    const nth = this.faults.count('connection');
    const fault = this.faults.strike(CONNECT_FAULTS, { nth });
    if (fault !== undefined) this.log.add({ kind: 'fault', fault: fault.kind });
    switch (fault?.kind) {
      case 'refuse_connect':
        return refuseUpgrade(socket, fault.status);
      case 'no_handshake':
        return undefined;
      case 'slow_handshake':
        return this.later(fault.ms, () => this.accept(request, socket, head, nth));
      case undefined:
        return this.accept(request, socket, head, nth);
    }
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer, nth: number): void {
    const url = new URL(request.url ?? '/', 'http://simulator');
    if (url.pathname !== '/v1/realtime') return refuseUpgrade(socket, 404);
    const key = bearerOf(request);
    if (key === undefined) return refuseUpgrade(socket, 401);
    const model = url.searchParams.get('model');
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const refusal = this.acceptsKey(key) ? modelRefusal(request, model) : keyRefusal(key);
      if (refusal !== undefined) refuseSocket(webSocket, refusal);
      else this.open(webSocket, model ?? '', nth);
    });
  }

  private open(webSocket: WebSocket, model: string, nth: number): void {
    const line = {
      send: (text: string) => webSocket.send(text),
      close: (code: number, reason: string) => webSocket.close(code, reason),
      terminate: () => webSocket.terminate(),
    };
    const session = new RealtimeSession(line, this.world, model, nth, seededRandom(this.seed + nth));
    this.live.set(webSocket, session);
    webSocket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) session.receiveBinary();
      else if (data.length > MAX_EVENT_BYTES) session.receiveOversized(data.length);
      else session.receive(data.toString('utf8'));
    });
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', (code) => {
      this.live.delete(webSocket);
      session.end(code);
    });
    session.open();
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      act();
    }, ms);
    this.waiting.add(timer);
  }
}
