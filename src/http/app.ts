/**
 * One HTTP listener: mounts routes and socket ports on the native server, and closes in two steps. `stopListening`
 * takes no new connections and leaves live requests and sockets alone (a drain); `close` ends what is left.
 */
import type { Events } from '../domain/events.ts';
import { NO_TRACING, type Tracing } from '../domain/tracing.ts';
import { BodyRoom } from './body.ts';
import { EXCHANGE_LIMITS, Exchange, type ExchangeContext, type ExchangeLimits } from './exchange.ts';
import { readHead } from './request-head.ts';
import type { Route } from './route.ts';
import { type MountedPath, mountPaths, UNMATCHED } from './routing.ts';
import { securityHeaders } from './security-headers.ts';
import { mountSocket } from './socket-mount.ts';
import type { SocketPort } from './sockets.ts';
import { loadUws, type UwsApp, type UwsBuild, type UwsListenSocket } from './uws.ts';

export interface HttpOptions {
  /** For errors: which listener this is ("public", "ops"). */
  readonly name: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The variable an operator would change where the port is taken. */
  readonly portVariable: 'PORT' | 'OPS_PORT';
  readonly routes: readonly Route[];
  readonly sockets: readonly SocketPort[];
  readonly events: Events;
  /** Each request is a span; nothing is traced where absent. */
  readonly tracing?: Tracing;
  /** Whether the world reaches this listener by https. */
  readonly overTls: boolean;
  readonly limits?: Partial<ExchangeLimits>;
  readonly build?: UwsBuild;
}

export interface HttpServer {
  readonly port: number;
  /** What runs underneath: for the log and a metric. */
  readonly build: { readonly name: string; readonly version: string };
  /** Requests that are not answered yet. */
  readonly requestsInFlight: number;
  readonly openSockets: number;
  /** Takes no new connections; live requests and sockets go on. Harmless when repeated. */
  stopListening(): void;
  /** Stops listening, gives requests up to `graceMs` to be answered, closes sockets with 1001 and ends every connection. */
  close(graceMs?: number): Promise<void>;
}

const CLOSE_GRACE_MS = 5_000;
const CLOSE_POLL_MS = 20;
const GOING_AWAY = 1001;

/** Throws where nothing native loads or the address cannot be listened on, naming what to change. */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const build = options.build ?? loadUws();
  const app = build.native.App();
  const context: ExchangeContext = {
    events: options.events,
    tracing: options.tracing ?? NO_TRACING,
    headers: securityHeaders(options.overTls),
    room: new BodyRoom(),
    limits: { ...EXCHANGE_LIMITS, ...options.limits },
    open: new Set(),
    closing: false,
  };
  for (const mounted of mountPaths(options.routes)) mountRoute(app, context, mounted);
  const sockets = options.sockets.map((port) => mountSocket(app, build, context, port));
  mountRoute(app, context, UNMATCHED);
  let listener: UwsListenSocket | undefined = await listen(app, build, options);
  const port = build.native.us_socket_local_port(listener);

  const stopListening = (): void => {
    context.closing = true;
    if (listener) build.native.us_listen_socket_close(listener);
    listener = undefined;
  };
  let closed: Promise<void> | undefined;
  const close = async (graceMs: number): Promise<void> => {
    stopListening();
    await emptied(context.open, graceMs);
    for (const open of sockets) for (const socket of open) socket.close(GOING_AWAY, 'server is stopping');
    app.close();
  };
  return {
    port,
    build: { name: build.name, version: build.version },
    get requestsInFlight() {
      return context.open.size;
    },
    get openSockets() {
      return sockets.reduce((sum, open) => sum + open.size, 0);
    },
    stopListening,
    close: (graceMs = CLOSE_GRACE_MS) => (closed ??= close(graceMs)),
  };
}

function mountRoute(app: UwsApp, context: ExchangeContext, mounted: MountedPath): void {
  app.any(mounted === UNMATCHED ? '/*' : mounted.pattern, (res, req) => {
    const params = mounted.paramNames.map((_name, index) => req.getParameter(index) ?? '');
    new Exchange(context, res, readHead(req), mounted, params).run();
  });
}

function listen(app: UwsApp, build: UwsBuild, options: HttpOptions): Promise<UwsListenSocket> {
  const { name, host, port, portVariable } = options;
  return new Promise((resolve, reject) => {
    app.listen(host, port, build.native.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (socket) return resolve(socket);
      reject(
        new Error(
          `${portVariable}: the ${name} listener cannot have ${host}:${port} ` +
            `(taken by another process, not permitted, or no address of this machine). ` +
            `Stop what listens there, or set ${portVariable} (or HOST) to something free.`,
        ),
      );
    });
  });
}

async function emptied(open: ReadonlySet<Exchange>, graceMs: number): Promise<void> {
  const until = performance.now() + graceMs;
  while (open.size > 0 && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, CLOSE_POLL_MS));
  }
}
