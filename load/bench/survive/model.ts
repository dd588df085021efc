/** The simulated OpenAI as a process of its own, as slow as a real one is over the network. */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { freePort } from '../../../ops/embedded/port.ts';
import { runsFirst } from '../figures/process-costs.ts';
import { openPlainServer } from '../servers/plain-server.ts';

export interface Model {
  readonly environment: Readonly<Record<string, string>>;
  /** How many sessions are open. */
  sessions(): Promise<number>;
  close(): Promise<void>;
}

export interface ModelDelays {
  /** From a connection to its handshake. */
  readonly handshakeMs: number;
  /** From a wish for a response to its first output. */
  readonly thinkMs: number;
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const LIMIT_MS = 5_000;

export async function openModel({ handshakeMs, thinkMs }: ModelDelays): Promise<Model> {
  const port = await freePort();
  const args = ['--import', 'tsx', 'test/sim/openai/main.ts', '--port', String(port), '--think-ms', String(thinkMs)];
  const name = 'the simulated OpenAI';
  const server = await openPlainServer({ name, args, cwd: PROJECT, port, output: '/dev/null' });
  runsFirst(server.pid);
  const at = (path: string): string => `http://127.0.0.1:${port}/sim/${path}`;
  const faults = { faults: [{ kind: 'slow_handshake', ms: handshakeMs }] };
  const set = await fetch(at('faults'), {
    method: 'POST',
    body: JSON.stringify(faults),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  if (!set.ok) throw new Error(`the simulated OpenAI took no faults: ${await set.text()}`);
  return {
    close: () => server.close(),
    environment: {
      OPENAI_API_KEY: 'sk-simulated',
      OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
      OPENAI_REALTIME_URL: `ws://127.0.0.1:${port}/v1/realtime`,
    },
    async sessions() {
      const answer = await fetch(at('sessions'), { signal: AbortSignal.timeout(LIMIT_MS) });
      return z.array(z.unknown()).parse(await answer.json()).length;
    },
  };
}
