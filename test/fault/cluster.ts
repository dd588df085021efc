/**
 * Several nodes behind a balancer, with the simulated vendors, a database and a Redis of their own, or that of the test.
 * A kill is a SIGKILL of a process.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { loadClinic } from '../../db/clinics.ts';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import { openPostgres } from '../../db/postgres.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { type Replay, runReplayCommand } from '../../src/bin/ops/replay-command.ts';
import { BrowserCaller } from '../sim/browser/caller.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Who } from '../sim/callers/who.ts';
import type { Call } from '../sim/twilio/call.ts';
import { closedRecord, until } from '../support/ava.ts';
import { type AvaProcess, spawnAva } from '../support/ava-process.ts';
import { openBalancer } from '../support/balancer.ts';
import { RADIANCE, startOutside } from '../support/outside.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';

const RECORD_MS = 20_000;
const READY_MS = 60_000;
const PACE = 4;
const NODES = 2;
const KILL_EVERY_MS = 3_000;

export interface WrittenConversation {
  readonly outcome: string;
  readonly endedBy: string;
  readonly booked: number;
  readonly turns: readonly { readonly role: string; readonly text: string; readonly interrupted: boolean }[];
}

export interface Cluster {
  /** Kills the node that has this call, and starts it again. Resolves once the caller has a line again. */
  killOwnerOf(call: Call): Promise<void>;
  /** The next so many requests die with the nodes that they came to. */
  cutNext(count: number): void;
  /** Kills the node that spoke of this last, and starts it again. */
  killOwner(id: string): void;
  /** A page that is open in somebody's browser, connected to whichever node the balancer chooses. */
  browse(session: string): BrowserCaller;
  /** Stops the node that has this call in the middle of whatever it does; its sockets stay open. */
  freezeOwnerOf(call: Call): Promise<FrozenNode>;
  /** `who` tells the story; Jordan Lee for what is not said of them. */
  place(from: string, story?: string, who?: Partial<Who>): Call;
  /** Kills a node, waits until it is back, and kills the next, until `over`. Resolves with how many were killed. */
  killOneAfterAnother(over: Promise<unknown>): Promise<number>;
  recordOf(call: Call): Promise<StoredConversation>;
  /** The call folded again, by each node that had it. */
  replayOf(call: Call): Promise<Replay>;
  /** By conversation. */
  recordOfConversation(id: string): Promise<WrittenConversation>;
  appointmentsOf(call: Call): Promise<number>;
  /** The ids of the sessions with the model that are open. */
  sessions(): readonly string[];
  sessionsGone(): Promise<unknown>;
}

export interface FrozenNode {
  /** It goes on where it stopped. */
  thaw(): void;
  /** All that it printed. */
  output(): string;
}

/** `given`: stores that the test takes down itself; a place of its own on the run's servers for each that is absent. */
export async function openCluster(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  given: { readonly databaseUrl?: string; readonly redisUrl?: string } = {},
): Promise<Cluster> {
  const [publicPort, fresh, redis] = await Promise.all([
    freePort(),
    place(given.databaseUrl, freshDatabase),
    place(given.redisUrl, freshRedis),
  ]);
  onTestFinished(() => Promise.all([fresh.drop(), redis.drop()]).then(() => undefined));
  const outside = await startOutside({ port: publicPort, pace: PACE });
  onTestFinished(() => outside.stop());
  const database = openPostgres({ url: fresh.url, poolSize: 2 });
  onTestFinished(() => database.close());
  const ports = await Promise.all(Array.from({ length: NODES }, () => freePort()));
  const balancer = await openBalancer(publicPort, ports);
  onTestFinished(() => balancer.close());
  const nodes = new Map<number, AvaProcess>();

  const start = async (port: number): Promise<void> => {
    const ava = await spawnAva({
      program: 'source',
      environment: {
        ...outside.environment,
        PORT: String(port),
        DATABASE_URL: fresh.url,
        REDIS_URL: redis.url,
        ROLE: 'server',
        LOG_LEVEL: 'debug',
      },
    });
    onTestFinished(() => ava.close());
    nodes.set(port, ava);
    await ava.answers(`http://127.0.0.1:${port}/health/ready?routing=1`, READY_MS);
  };
  await Promise.all(ports.map(start));

  const ownerOf = (id: string): [number, AvaProcess] => {
    const [port, ava] = [...nodes].toSorted(([, a], [, b]) => lastWordOf(a, id) - lastWordOf(b, id)).at(-1) ?? [];
    if (!ava || port === undefined || !ava.output().includes(id)) throw new Error('no node has this call');
    return [port, ava];
  };
  const killOwner = (id: string): void => {
    const [port, ava] = ownerOf(id);
    nodes.delete(port);
    ava.signal('SIGKILL');
    void start(port).catch(() => undefined);
  };

  return {
    cutNext: (count) => balancer.cutNext(count),
    killOwner,
    async freezeOwnerOf(call) {
      const [port, ava] = ownerOf(call.sid);
      // Both have beaten for a while, as nodes have whose callers are past the greeting.
      await database.unbound('age', (sql) => sql`update nodes set beating_since = beating_since - interval '1 minute'`);
      balancer.shun(port);
      ava.signal('SIGSTOP');
      onTestFinished(() => ava.signal('SIGCONT'));
      return { thaw: () => ava.signal('SIGCONT'), output: () => ava.output() };
    },
    async killOwnerOf(call) {
      const anotherLine = nextStream(call);
      killOwner(call.sid);
      await anotherLine;
    },
    browse: (session) => new BrowserCaller(`ws://127.0.0.1:${publicPort}/ws/voice/${session}`, PACE),
    async killOneAfterAnother(over) {
      const done = over.then(() => 'over' as const);
      for (let kills = 0; ; kills++) {
        if ((await Promise.race([sleep(KILL_EVERY_MS), done])) === 'over') return kills;
        const port = ports[kills % NODES] ?? 0;
        const ava = nodes.get(port);
        ava?.signal('SIGKILL');
        await ava?.ended(READY_MS);
        await start(port);
      }
    },
    place: (from, story, who) =>
      outside.twilio.placeCall({ from, to: RADIANCE, ...(story !== undefined && { caller: scenario(story, who) }) }),
    async recordOf(call) {
      const clinic = await loadClinic(database, { phone: RADIANCE });
      return closedRecord(database, clinic?.id ?? '', call.sid);
    },
    replayOf: (call) => runReplayCommand(call.sid, database),
    recordOfConversation: (id) =>
      until(`the record of ${id} to be closed`, RECORD_MS, async () => {
        const [row] = await database.unbound(
          'read',
          (sql) => sql<WrittenConversation[]>`
            select v.outcome, v.ended_by as "endedBy",
                   (select count(*)::int from appointments a
                    where a.conversation_id = v.id and a.status = 'confirmed') as booked,
                   (select json_agg(json_build_object('role', role, 'text', text, 'interrupted', interrupted) order by n)
                    from turns t where t.conversation_id = v.id) as turns
            from conversations v where v.id = ${id} and v.status = 'ended'`,
        );
        return row;
      }),
    async appointmentsOf(call) {
      const [row] = await database.unbound(
        'count',
        (sql) => sql`
          select count(*)::int as n from appointments join calls using (conversation_id)
          where call_sid = ${call.sid} and appointments.status = 'confirmed'`,
      );
      return Number(row?.['n']);
    },
    sessions: () => outside.openai.sessions().map(({ id }) => id),
    sessionsGone: () =>
      until('the model sessions to be gone', READY_MS, () =>
        outside.openai.sessions().length === 0 ? true : undefined,
      ),
  };
}

/** When a node spoke of this last, by its log; -Infinity where it never did. */
function lastWordOf(node: AvaProcess, id: string): number {
  const line = node
    .output()
    .split('\n')
    .findLast((each) => each.includes(id));
  return line === undefined ? Number.NEGATIVE_INFINITY : Date.parse(/"time":"([^"]+)"/.exec(line)?.[1] ?? '');
}

async function place(url: string | undefined, fresh: () => Promise<FreshService>): Promise<FreshService> {
  return url === undefined ? fresh() : { url, drop: () => Promise.resolve() };
}

function nextStream(call: Call): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = call.events.on(({ type }) => {
      if (type !== 'first-media' && type !== 'ended') return;
      stop();
      if (type === 'ended') reject(new Error('the call ended'));
      else resolve();
    });
  });
}
