/** What a node's readiness depends on, and of which of it the node is of no use without. */
import type { Database } from '../../db/postgres.ts';
import type { RedisConnection } from '../../db/redis.ts';
import type { Check } from '../../ops/health.ts';
import type { OpenAiCircuit } from '../openai/circuit.ts';

const PROBE_MS = 1_000;

interface Dependencies {
  readonly database: Database;
  readonly redis: RedisConnection;
  readonly circuit: OpenAiCircuit;
}

export function healthChecks({ database, redis, circuit }: Dependencies): Readonly<Record<string, Check>> {
  const reachable = async (): Promise<void> => {
    if (circuit.isOpen()) throw Object.assign(new Error('no session to be had'), { code: 'circuit_open' });
  };
  return {
    openai: { probe: reachable, required: false, timeoutMs: PROBE_MS },
    postgres: { probe: async () => void (await database.ping()), required: true, timeoutMs: PROBE_MS },
    redis: { probe: () => redis.ping(), required: false, timeoutMs: PROBE_MS },
  };
}
