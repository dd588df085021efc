/** Redis servers of a test's own that stand for each other: under a Sentinel, or as a Cluster. Stopped with the test. */
import { expect, vi } from 'vitest';
import { freePort } from '../../ops/embedded/port.ts';
import { type RedisServer, redisServer } from './redis-server.ts';

const SLOTS = 16_384;
const SOON = { timeout: 15_000 };
/** A handshake that fails is given up after 15 s (`cluster-node-timeout`), and made once more. */
const CLUSTER_SOON = { timeout: 30_000 };

/** A primary and its replica, in step with each other, and the Sentinel that lets the replica take its place. */
export async function redisWithSentinel(): Promise<{
  readonly url: string;
  readonly primary: RedisServer;
  readonly replica: RedisServer;
}> {
  const [primary, replica] = [await redisServer(), await redisServer('replica-priority 1')];
  await replica.command(`REPLICAOF 127.0.0.1 ${primary.port}`);
  await vi.waitFor(
    async () => expect(await replica.command('INFO replication')).toContain('master_link_status:up'),
    SOON,
  );
  const sentinel = await redisServer(
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 2000',
  );
  await vi.waitFor(
    async () => expect(await sentinel.command('SENTINEL replicas main')).toContain(`${replica.port}`),
    SOON,
  );
  return { url: `redis+sentinel://127.0.0.1:${sentinel.port}/main`, primary, replica };
}

/** Primaries that share the slots evenly. */
export async function redisCluster(
  size: number,
): Promise<{ readonly url: string; readonly nodes: readonly RedisServer[] }> {
  // Left to itself a node takes its port + 10,000 for the bus, where any outgoing connection may stand.
  const buses = await Promise.all(Array.from({ length: size }, () => freePort()));
  const settings = ['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1'];
  const nodes = await Promise.all(buses.map((bus) => redisServer(...settings, `cluster-port ${bus}`)));
  const port = nodes[0]?.port;
  const first = (n: number): number => Math.ceil((n * SLOTS) / size);
  await Promise.all(nodes.map((node, n) => node.command(`CLUSTER ADDSLOTSRANGE ${first(n)} ${first(n + 1) - 1}`)));
  const meets = (node: RedisServer): Promise<string> => node.command(`CLUSTER MEET 127.0.0.1 ${port} ${buses[0]}`);
  await vi.waitFor(async () => {
    const states = await Promise.all(nodes.map((node) => node.command('CLUSTER INFO')));
    // A handshake that failed is given up silently: who knows nobody asks anew.
    const alone = nodes.filter((_, n) => n > 0 && states[n]?.includes('cluster_known_nodes:1\r'));
    await Promise.all(alone.map(meets));
    for (const state of states) {
      expect(state).toContain('cluster_state:ok');
      expect(state).toContain(`cluster_known_nodes:${size}\r`);
    }
  }, CLUSTER_SOON);
  return { url: `redis+cluster://127.0.0.1:${port}`, nodes };
}
