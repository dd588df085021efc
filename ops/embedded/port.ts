import { createServer } from 'node:net';
import { errorCode } from './error-code.ts';

const listenOnce = (host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });

/** A TCP port of `host` that nobody listens on at this moment; another process may still take it before you do. */
export const freePort = (host = '127.0.0.1'): Promise<number> => listenOnce(host, 0);

/** Whether a listener could be opened on this address now. Errors other than "in use" and "not permitted" are thrown. */
export const portIsFree = (host: string, port: number): Promise<boolean> =>
  listenOnce(host, port).then(
    () => true,
    (error: unknown) => {
      if (['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')) return false;
      throw error;
    },
  );
