/** The node as a process: asked to stop with a call on the line, killed outright, started without its database. */
import { describe, expect, it, type TestContext } from 'vitest';
import { loadClinic } from '../../db/clinics.ts';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import { openPostgres } from '../../db/postgres.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { closedRecord, until } from '../support/ava.ts';
import { type AvaProcess, spawnAva } from '../support/ava-process.ts';
import { type Outside, RADIANCE, startOutside } from '../support/outside.ts';
import { openOwnPostgres } from '../support/own-stores.ts';
import { freshDatabase, freshRedis } from '../support/services.ts';
import { CANNOT_CONFIRM, expectWholeRecord, GREETED, hears, says, WISH } from '../support/talk.ts';

const LIMIT_MS = 120_000;
const READY_MS = 40_000;
/** What a stop may take besides the calls it waits for. */
const STOP_SLACK_MS = 10_000;
const SESSION_MS = 1_000;
const ENDED_WELL = { code: 0, signal: null };

interface Stand {
  readonly outside: Outside;
  /** Of the node's private port. */
  readonly opsUrl: string;
  /** Starts the program on the port that the simulated numbers ring at; one at a time. */
  readonly start: (more?: Record<string, string>) => Promise<AvaProcess>;
  readonly place: (story?: string) => Call;
  readonly recordOf: (call: Call) => Promise<StoredConversation>;
  /** No model session lives any more, or soon. */
  readonly sessionsGone: () => Promise<unknown>;
}

/** Simulators, a Redis and ports for one node at a time; all taken down when the test is finished. */
async function standUp({ onTestFinished }: TestContext, databaseUrl: string): Promise<Stand> {
  const [port, opsPort, redis] = await Promise.all([freePort(), freePort(), freshRedis()]);
  onTestFinished(() => redis.drop());
  const outside = await startOutside({ port, pace: 8 });
  onTestFinished(() => outside.stop());
  const database = openPostgres({ url: databaseUrl, poolSize: 2 });
  onTestFinished(() => database.close());
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const stores = { OPS_PORT: String(opsPort), DATABASE_URL: databaseUrl, REDIS_URL: redis.url };
  return {
    outside,
    opsUrl,
    async start(more = {}) {
      const ava = await spawnAva({ program: 'source', environment: { ...outside.environment, ...stores, ...more } });
      onTestFinished(() => ava.close());
      await ava.answers(`${opsUrl}/health/ready?routing=1`, READY_MS);
      return ava;
    },
    place: (story) =>
      outside.twilio.placeCall({
        from: '+15550107373',
        to: RADIANCE,
        ...(story !== undefined && { caller: scenario(story) }),
      }),
    async recordOf(call) {
      const clinic = await loadClinic(database, { phone: RADIANCE });
      return closedRecord(database, clinic?.id ?? '', call.sid);
    },
    sessionsGone: () =>
      until('the model sessions to be gone', SESSION_MS, () =>
        outside.openai.sessions().length === 0 ? true : undefined,
      ),
  };
}

/** A stand on a fresh database of the run's server. */
async function standWithDatabase(context: TestContext): Promise<Stand> {
  const fresh = await freshDatabase();
  context.onTestFinished(() => fresh.drop());
  return standUp(context, fresh.url);
}

const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;

async function stopWell(ava: AvaProcess): Promise<void> {
  ava.signal('SIGTERM');
  expect(await ava.ended(STOP_SLACK_MS)).toEqual(ENDED_WELL);
}

describe.concurrent('a node with a call on the line', () => {
  it('that is asked to stop lets it end by itself, and sends a new caller to staff meanwhile', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const { start, place, opsUrl, outside, recordOf, sessionsGone } = await standWithDatabase(context);
    const ava = await start({ DRAIN_TIMEOUT_S: '60' });
    // Work in the background that does not end either.
    outside.openai.faults.set({ faults: [{ kind: 'text_hang', onNth: 1 }] });
    await place('hours').ended;
    await until('a score to be asked for', READY_MS, async () =>
      outside.openai.log.since(0).some(({ record }) => record.kind === 'text_request') ? true : undefined,
    );
    const call = place('book');
    await call.waitFor(/Thank you for calling/, READY_MS);
    ava.signal('SIGTERM');
    await until('the node to drain', READY_MS, async () =>
      (await statusOf(`${opsUrl}/health/ready?routing=1`)) === 503 ? true : undefined,
    );
    const late = place();
    await late.waitFor(/Front desk speaking/, READY_MS);
    late.hangUp();
    expect((await call.ended).by).toBe('twiml');
    expect(call.heardText).toMatch(/You're booked/);
    expect(await ava.ended(STOP_SLACK_MS)).toEqual(ENDED_WELL);
    expectWholeRecord(call, await recordOf(call));
    await sessionsGone();
  });

  it('that is asked to stop puts a caller who stays too long through to staff', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const { start, place, recordOf, sessionsGone } = await standWithDatabase(context);
    const ava = await start({ DRAIN_TIMEOUT_S: '1' });
    const call = place();
    await hears(call, GREETED);
    ava.signal('SIGTERM');
    await call.waitFor(/Front desk speaking/, READY_MS);
    expect(call.heardText).not.toMatch(/application error/);
    expect(await ava.ended(STOP_SLACK_MS)).toEqual(ENDED_WELL);
    call.hangUp();
    expect(await recordOf(call)).toMatchObject({ status: 'ended', outcome: 'failed' });
    await sessionsGone();
  });

  it('that is killed leaves no model session, and the next one on its port takes calls', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const { start, place, recordOf, sessionsGone } = await standWithDatabase(context);
    const first = await start();
    const call = place();
    await hears(call, GREETED);
    first.signal('SIGKILL');
    expect(await first.ended(STOP_SLACK_MS)).toEqual({ code: null, signal: 'SIGKILL' });
    await sessionsGone();
    await call.ended;
    const second = await start();
    const another = place('book');
    await another.ended;
    expect((await recordOf(another)).outcome).toBe('appointment_scheduled');
    await stopWell(second);
  });
});

describe('a node that starts while Postgres is away', () => {
  it('and never met the clinic apologises, and books as soon as Postgres is there', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const postgres = await openOwnPostgres();
    context.onTestFinished(() => postgres.close());
    const { start, place, opsUrl } = await standUp(context, postgres.url);
    await postgres.kill();
    const ava = await start();
    expect(await statusOf(`${opsUrl}/health/ready`)).toBe(503);
    expect(await statusOf(`${opsUrl}/health/live`)).toBe(200);
    const early = place();
    await early.ended;
    expect(early.heardText).toMatch(/we can't take your call right now/);
    await postgres.revive();
    const call = place('book');
    await call.ended;
    expect(call.heardText).toMatch(/You're booked for Botox/);
    await until('the node to be ready', READY_MS, async () =>
      (await statusOf(`${opsUrl}/health/ready`)) === 200 ? true : undefined,
    );
    await stopWell(ava);
  });

  it('where another knew the clinic answers in its name, and says that she cannot book', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const postgres = await openOwnPostgres();
    context.onTestFinished(() => postgres.close());
    const { start, place } = await standUp(context, postgres.url);
    const first = await start();
    const ordinary = place('hours');
    await ordinary.ended;
    await stopWell(first);
    await postgres.kill();
    const second = await start();
    const call = place();
    expect(await hears(call, GREETED)).toContain('Radiance Med Spa');
    expect(await says(call, WISH, CANNOT_CONFIRM)).not.toMatch(/booked|available/i);
    call.hangUp();
    await call.ended;
    await postgres.revive();
    await stopWell(second);
  });
});
