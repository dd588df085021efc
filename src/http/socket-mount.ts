/** Puts a socket port on the native server: upgrades, and the native callbacks handed on to their connection. */
import type { ExchangeContext } from './exchange.ts';
import { type RequestHead, readHead } from './request-head.ts';
import { HttpError, json } from './route.ts';
import { paramNamesOf } from './routing.ts';
import { SocketConnection, type SocketPort, type Upgrade } from './sockets.ts';
import type { UwsApp, UwsBuild, UwsRequest, UwsResponse } from './uws.ts';
import { writeReply } from './write-reply.ts';

/** The server's own limit stands above the port's, so that an oversized message can be told of, not only cut off. */
const HARD_PAYLOAD_FACTOR = 4;

const PLAIN_REQUEST = { kind: 'reject', status: 426, detail: 'This path takes WebSocket connections only.' } as const;

/** The native socket takes over the own properties of what it is given: a class instance would lose its methods. */
interface Held {
  readonly connection: SocketConnection;
}

type Rejection = Extract<Upgrade, { kind: 'reject' }>;

/** Returns the port's open connections, which it keeps up to date. */
export function mountSocket(
  app: UwsApp,
  build: UwsBuild,
  context: ExchangeContext,
  port: SocketPort,
): ReadonlySet<SocketConnection> {
  const open = new Set<SocketConnection>();
  const paramNames = paramNamesOf(port.path);
  app.ws<Held>(port.path, {
    compression: build.native.DISABLED,
    maxPayloadLength: port.maxPayloadBytes * HARD_PAYLOAD_FACTOR,
    maxBackpressure: port.maxBackpressureBytes,
    // A dropped send closes its socket in `SocketConnection`, which also tells of it.
    closeOnBackpressureLimit: false,
    idleTimeout: port.idleTimeoutS,
    sendPingsAutomatically: true,
    upgrade(res, req, socketContext) {
      const head = readHead(req);
      const upgrade = decide(port, head, readParams(req, paramNames), context);
      if (upgrade.kind === 'reject') return reject(res, head, upgrade, port, context);
      const connection = new SocketConnection(port, head.id, upgrade.open, context.events);
      tell(head, port, 101, context);
      res.cork(() => {
        res.writeStatus('101 Switching Protocols').writeHeader('x-request-id', head.id);
        res.upgrade<Held>(
          { connection },
          handshake(head, 'key'),
          firstOf(handshake(head, 'protocol')),
          '',
          socketContext,
        );
      });
    },
    open(socket) {
      const { connection } = socket.getUserData();
      open.add(connection);
      connection.opened(socket);
    },
    message: (socket, bytes, isBinary) => socket.getUserData().connection.received(bytes, isBinary),
    drain: (socket) => socket.getUserData().connection.drained(),
    close(socket, code) {
      const { connection } = socket.getUserData();
      open.delete(connection);
      connection.ended(code);
    },
  });
  app.any(port.path, (res, req) => reject(res, readHead(req), PLAIN_REQUEST, port, context));
  return open;
}

function readParams(req: UwsRequest, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, index) => [name, req.getParameter(index) ?? '']));
}

function decide(
  port: SocketPort,
  head: RequestHead,
  rawParams: Readonly<Record<string, string>>,
  context: ExchangeContext,
): Upgrade {
  try {
    const params = Object.fromEntries(Object.entries(rawParams).map(([name, raw]) => [name, decoded(raw)]));
    const { id, path, query, headers } = head;
    return port.upgrade({ id, path, query, params, header: (name) => headers.get(name) ?? '' });
  } catch (error) {
    if (error instanceof HttpError) return { kind: 'reject', status: error.status, detail: error.message };
    context.events.emit('http.failed', { requestId: head.id, route: port.path, path: port.path, method: 'WS', error });
    return { kind: 'reject', status: 500, detail: 'Internal server error' };
  }
}

function reject(
  res: UwsResponse,
  head: RequestHead,
  { status, detail }: Rejection,
  port: SocketPort,
  context: ExchangeContext,
): void {
  tell(head, port, status, context);
  writeReply(res, json(status, { detail, request_id: head.id }), {
    headers: context.headers,
    requestId: head.id,
    headOnly: head.method === 'HEAD',
    closeConnection: true,
  });
}

function tell(head: RequestHead, port: SocketPort, status: number, { events }: ExchangeContext): void {
  events.emit('http.request', { requestId: head.id, route: port.path, method: 'WS', status, ms: 0, aborted: false });
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new HttpError(400, 'The path is not valid percent-encoding.');
  }
}

function handshake(head: RequestHead, part: 'key' | 'protocol'): string {
  return head.headers.get(`sec-websocket-${part}`) ?? '';
}

function firstOf(protocols: string): string {
  return protocols.split(',')[0]?.trim() ?? '';
}
