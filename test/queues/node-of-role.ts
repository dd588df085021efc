/** A node in one role, in this process, on stores of the test's own; what it told. Calls are not its business here. */
import { onTestFinished } from 'vitest';
import { readConfig } from '../../ops/config.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { createEvents, type EventBus } from '../../ops/events.ts';
import { type AvaNode, startNode } from '../../src/bin/ava-node.ts';
import type { AvaEventName, AvaEvents } from '../../src/domain/events.ts';
import type { Reach } from '../../src/webhooks/targets.ts';

export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** A simulated Google that takes anybody's credentials; nobody's where absent. */
  readonly googleUrl?: string;
}

/** Events so far, in order. */
export interface Told {
  readonly housekeeping: readonly AvaEvents['housekeeping.done'][];
  readonly finished: readonly AvaEvents['job.finished'][];
  readonly stalled: readonly AvaEvents['job.stalled'][];
  readonly counted: readonly AvaEvents['queue.counted'][];
  readonly heartbeatLost: readonly AvaEvents['node.heartbeat_lost'][];
}

export interface NodeOfRole {
  readonly node: AvaNode;
  readonly told: Told;
  /** What a scraper sees. */
  readonly metrics: () => Promise<string>;
}

const GOOGLE_CREDENTIALS = { type: 'authorized_user', client_id: 'i', client_secret: 's', refresh_token: 't' };

/** The environment of a node that reaches these stores, and nobody else. */
export async function environmentOf(role: string, nodeId: string, stores: Stores): Promise<Record<string, string>> {
  return {
    NODE_ENV: 'test',
    ROLE: role,
    NODE_ID: nodeId,
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    OPS_PORT: String(await freePort()),
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    OPENAI_API_KEY: 'sk-nobody',
    OPENAI_BASE_URL: 'http://127.0.0.1:1',
    OPENAI_REALTIME_URL: 'ws://127.0.0.1:1',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'nobody',
    TWILIO_API_BASE_URL: 'http://127.0.0.1:1',
    DRAIN_TIMEOUT_S: '0',
    ...(stores.googleUrl && {
      GOOGLE_CREDENTIALS: JSON.stringify(GOOGLE_CREDENTIALS),
      GOOGLE_CALENDAR_BASE_URL: stores.googleUrl,
    }),
  };
}

/** Starts it, ready; stopped with the test. */
export async function startRole(
  role: string,
  nodeId: string,
  stores: Stores,
  webhookReach?: Reach,
): Promise<NodeOfRole> {
  const reading = readConfig(await environmentOf(role, nodeId, stores));
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  const events = createEvents();
  const told = {
    housekeeping: recorded(events, 'housekeeping.done'),
    finished: recorded(events, 'job.finished'),
    stalled: recorded(events, 'job.stalled'),
    counted: recorded(events, 'queue.counted'),
    heartbeatLost: recorded(events, 'node.heartbeat_lost'),
  };
  const node = await startNode({
    config: reading.config,
    events,
    version: 'test',
    onDrain: () => undefined,
    webhookReach,
  });
  onTestFinished(async () => void (await node.lifecycle.stop()));
  return {
    node,
    told,
    metrics: async () => (await fetch(`http://127.0.0.1:${node.opsPort}/metrics`)).text(),
  };
}

function recorded<Name extends AvaEventName>(events: EventBus, name: Name): readonly AvaEvents[Name][] {
  const list: AvaEvents[Name][] = [];
  events.on(name, (event) => list.push(event));
  return list;
}
