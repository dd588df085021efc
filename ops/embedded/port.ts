/**
 * Ports for servers that must be named before they listen (a public URL, a child's environment). Between the choice
 * and the listening nothing holds the port, so it is chosen where nobody else looks: below the stretch from which the
 * system takes ports for outgoing connections, and each process from a stretch of its own.
 */
import { createServer } from 'node:net';
import { errorCode } from './error-code.ts';

/** Below Linux's `ip_local_port_range` (from 32768) and that of IANA (from 49152); above what well-known servers take. */
const FIRST_PORT = 20_000;
/** Ports a process chooses from, one after the other; 200 stretches, and neighbouring pids have different ones. */
const STRETCH = 60;
const STRETCHES = 200;

let chosen = 0;

const listenOnce = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });

function nextChoice(): number {
  const offset = chosen % STRETCH;
  chosen += 1;
  return FIRST_PORT + (process.pid % STRETCHES) * STRETCH + offset;
}

/**
 * A TCP port of `host` that nobody listens on at this moment, and that neither an outgoing connection nor, as a rule,
 * another process of ours will take before its owner listens. Rejects where a whole stretch is taken.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < STRETCH; tries += 1) {
    const port = nextChoice();
    if (await portIsFree(host, port)) return port;
  }
  throw new Error(`no port is free on ${host} between ${FIRST_PORT} and ${FIRST_PORT + STRETCH * STRETCHES}`);
}

/** Whether a listener could be opened on this address now. Errors other than "in use" and "not permitted" are thrown. */
export const portIsFree = (host: string, port: number): Promise<boolean> =>
  listenOnce(host, port).then(
    () => true,
    (error: unknown) => {
      if (['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')) return false;
      throw error;
    },
  );
