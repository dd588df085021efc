import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Heartbeat, type HeartbeatSettings, type NodeIdentity, startHeartbeat } from '../../db/nodes.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { openTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const SOON = { timeout: 10_000, interval: 20 };
const NODE: NodeIdentity = { nodeId: 'ava-1', role: 'all', startedAt: Date.UTC(2026, 2, 2, 14) };

describe('the heartbeat', () => {
  let fresh: FreshService;
  let proxy: TcpProxy;
  let database: Database;
  let direct: Database;
  let hearts: Heartbeat[];
  let told: string[];

  beforeEach(async () => {
    fresh = await freshDatabase();
    proxy = await openTcpProxy(fresh.url);
    database = openPostgres({ url: proxy.url, poolSize: 2, connectTimeoutMs: 500 });
    direct = openPostgres({ url: fresh.url, poolSize: 2 });
    hearts = [];
    told = [];
  });
  afterEach(async () => {
    proxy.mend();
    await Promise.all(hearts.map((heart) => heart.close()));
    await Promise.all([database.close(), direct.close()]);
    await proxy.close();
    await fresh.drop();
  });

  function begin(identity: Partial<NodeIdentity> = {}, settings: HeartbeatSettings = {}): Heartbeat {
    const heart = startHeartbeat(
      database,
      { ...NODE, ...identity },
      { everyMs: 20, onLost: () => told.push('lost'), onBack: () => told.push('back'), ...settings },
    );
    hearts.push(heart);
    return heart;
  }

  interface Row extends Record<string, unknown> {
    readonly ageMs: number;
    readonly steadyMs: number;
    readonly stopped: boolean;
  }

  const rows = () =>
    direct.unbound(
      'read',
      (sql) => sql<Row[]>`
        select node_id as id, role, started_at as "startedAt", stopped_at is not null as stopped,
               extract(epoch from now() - heartbeat_at)::float8 * 1000 as "ageMs",
               extract(epoch from heartbeat_at - beating_since)::float8 * 1000 as "steadyMs"
        from nodes order by node_id`,
    );
  const beaten = (moreThanMs: number) =>
    vi.waitFor(async () => expect((await rows())[0]?.steadyMs).toBeGreaterThan(moreThanMs), SOON);
  const age = (interval: string) =>
    direct.unbound(
      'age',
      (sql) => sql`
        update nodes set heartbeat_at = heartbeat_at - ${interval}::interval,
                         beating_since = beating_since - ${interval}::interval`,
    );

  it('is one row a node, kept fresh', async () => {
    begin();
    begin({ nodeId: 'ava-2', role: 'worker' });
    await beaten(200);
    expect(await rows()).toMatchObject([
      { id: 'ava-1', role: 'all', startedAt: NODE.startedAt, stopped: false },
      { id: 'ava-2', role: 'worker', stopped: false },
    ]);
    expect((await rows())[0]?.ageMs).toBeLessThan(1_000);
    expect(told).toEqual([]);
  });

  it('is written each second', async () => {
    begin({}, { everyMs: undefined });
    await vi.waitFor(async () => expect(await rows()).toHaveLength(1), SOON);
    await beaten(1_500);
    expect((await rows())[0]?.steadyMs).toBeLessThan(3_500);
  });

  it('says goodbye, once, and is silent from then on', async () => {
    const heart = begin();
    await beaten(50);
    await Promise.all([heart.close(), heart.close()]);
    const [last] = await rows();
    expect(last).toMatchObject({ stopped: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await rows())[0]?.steadyMs).toBe(last?.steadyMs);
  });

  it('of a new life under the same name begins anew, and the old one cannot say goodbye for it', async () => {
    const old = begin();
    await beaten(100);
    await old.close();
    await age('1 second');
    begin({ startedAt: NODE.startedAt + 60_000 });
    await vi.waitFor(async () => expect((await rows())[0]).toMatchObject({ stopped: false }), SOON);
    expect((await rows())[0]).toMatchObject({ startedAt: NODE.startedAt + 60_000 });
    expect((await rows())[0]?.steadyMs).toBeLessThan(900);

    const stray = begin();
    await stray.close();
    await vi.waitFor(async () => expect((await rows())[0]).toMatchObject({ stopped: false }), SOON);
  });

  it('counts as steady from the end of a gap only', async () => {
    begin();
    await age('10 seconds');
    await beaten(100);
    expect((await rows())[0]?.steadyMs).toBeLessThan(9_000);
  });

  it('goes on when the database comes back, and tells of loss and return once each', async () => {
    begin();
    await beaten(50);
    proxy.cut({ refusing: true });
    await vi.waitFor(() => expect(told).toEqual(['lost']), SOON);
    await new Promise((resolve) => setTimeout(resolve, 200));
    proxy.mend();
    await vi.waitFor(() => expect(told).toEqual(['lost', 'back']), SOON);
  });

  it('begins with the database away, and stops without it', async () => {
    proxy.cut({ refusing: true });
    const heart = begin();
    await vi.waitFor(() => expect(told).toEqual(['lost']), SOON);
    await heart.close();
    expect(await rows()).toEqual([]);
  });

  it('stops within seconds though the database says nothing any more', async () => {
    const heart = begin();
    await beaten(50);
    proxy.silence();
    const startedAt = performance.now();
    await heart.close();
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});
