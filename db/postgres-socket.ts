/**
 * Opens the TCP (or Unix) socket of one Postgres connection. Ours rather than the driver's, so that a connection that
 * fell silent can be destroyed at once: the kernel would keep it for a quarter of an hour.
 */
import { Socket } from 'node:net';

/** What the driver passes: hosts and ports side by side, in order of preference. */
export interface SocketTarget {
  readonly host: readonly string[];
  readonly port: readonly number[];
  /** A Unix socket, in place of host and port. */
  readonly path: string | false;
}

/** Connects to the first host that answers, each within the timeout. Rejects with the last host's error, or `ETIMEDOUT`. */
export async function openSocket(target: SocketTarget, timeoutMs: number): Promise<Socket> {
  if (target.path) {
    const { path } = target;
    return dial((socket) => socket.connect(path), path, timeoutMs);
  }
  let failure: unknown = new Error('the database URL names no host');
  for (const [index, host] of target.host.entries()) {
    const port = target.port[index] ?? target.port[0] ?? 5432;
    try {
      const socket = await dial((fresh) => fresh.connect(port, host), `${host}:${port}`, timeoutMs);
      // The driver reads `host` to name the server in TLS.
      return Object.assign(socket, { host, port });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function dial(connect: (socket: Socket) => void, name: string, timeoutMs: number): Promise<Socket> {
  const socket = new Socket();
  return new Promise((resolve, reject) => {
    const onTimeout = () =>
      socket.destroy(Object.assign(new Error(`Postgres at ${name} did not answer`), { code: 'ETIMEDOUT' }));
    socket.setTimeout(timeoutMs, onTimeout);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('timeout', onTimeout);
      socket.off('error', reject);
      resolve(socket);
    });
    connect(socket);
  });
}
