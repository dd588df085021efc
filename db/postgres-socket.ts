/**
 * Opens the TCP (or Unix) socket of one Postgres connection and destroys it once it has been silent for too long. The
 * server's own timeouts cannot help where the server, or the network before it, is gone without a word: the kernel
 * would keep such a connection, and a place in the pool, for a quarter of an hour.
 */
import { Socket } from 'node:net';

/** What the driver passes: hosts and ports side by side, in order of preference. */
export interface SocketTarget {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** A Unix socket, in place of host and port. */
  readonly path: string | false;
}

export interface SocketLimits {
  readonly connectTimeoutMs: number;
  /** Longer than any statement may take and than an unused connection is kept. */
  readonly silenceMs: number;
}

/** Connects to the first host that answers. Rejects with the last host's error, or `ETIMEDOUT`. */
export async function openSocket(target: SocketTarget, limits: SocketLimits): Promise<Socket> {
  if (target.path) return connect((socket, path) => socket.connect(path), target.path, limits);
  let failure: unknown;
  for (const [index, host] of target.host.entries()) {
    const port = target.port[index] ?? target.port[0] ?? 5432;
    try {
      // The driver reads `host` to name the server in TLS.
      return Object.assign(await connect((socket) => socket.connect(port, host), host, limits), { host, port });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function connect(dial: (socket: Socket, name: string) => void, name: string, limits: SocketLimits): Promise<Socket> {
  const socket = new Socket();
  return new Promise((resolve, reject) => {
    const onTimeout = () => socket.destroy(timedOut(`Postgres at ${name} did not answer`));
    socket.setTimeout(limits.connectTimeoutMs, onTimeout);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.off('timeout', onTimeout);
      // Registered on the socket itself: the driver drops its listeners of a socket it wraps in TLS.
      socket.setTimeout(limits.silenceMs);
      socket.on('timeout', () => socket.destroy(timedOut(`Postgres at ${name} fell silent`)));
      resolve(socket);
    });
    dial(socket, name);
  });
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
