import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort, portIsFree } from '../../ops/embedded/port.ts';

/** Where Linux begins to take ports for outgoing connections, unless told otherwise. */
const FIRST_EPHEMERAL_PORT = 32_768;

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

describe('a free port', () => {
  it('is none that the system gives to outgoing connections meanwhile', async () => {
    expect(await freePort()).toBeLessThan(FIRST_EPHEMERAL_PORT);
  });

  it('is another one each time, also before the first is listened on', async () => {
    const ports = await Promise.all(Array.from({ length: 40 }, () => freePort()));
    expect(new Set(ports).size).toBe(40);
  });

  it('is none that somebody listens on', async () => {
    const next = (await freePort()) + 1;
    const server = await listen(next);
    expect(await portIsFree('127.0.0.1', next)).toBe(false);
    expect(await freePort()).not.toBe(next);
    await new Promise((resolve) => server.close(resolve));
  });
});
