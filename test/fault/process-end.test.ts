/** The node as a process: asked to stop with a call on the line, killed outright, started without its database. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadClinic } from '../../db/clinics.ts';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { closedRecord, until } from '../support/ava.ts';
import { type AvaProcess, spawnAva } from '../support/ava-process.ts';
import { type Outside, RADIANCE, startOutside } from '../support/outside.ts';
import { type OwnStore, openOwnPostgres } from '../support/own-stores.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';
import { expectWholeRecord, GREETED, hears } from '../support/talk.ts';

const LIMIT_MS = 60_000;
const READY_MS = 20_000;
/** What a stop may take besides the calls it waits for. */
const STOP_SLACK_MS = 8_000;
const SESSION_MS = 1_000;

let outside: Outside;
let redis: FreshService;
let opsUrl: string;
let processes: AvaProcess[];

beforeEach(async () => {
  processes = [];
  const port = await freePort();
  [outside, redis] = await Promise.all([startOutside({ port, pace: 8 }), freshRedis()]);
});
afterEach(async () => {
  for (const ava of processes) await ava.close();
  await outside.stop();
  await redis.drop();
});

/** Starts the program on the port that the simulated numbers ring at. */
async function start(databaseUrl: string, more: Record<string, string> = {}): Promise<AvaProcess> {
  const opsPort = await freePort();
  opsUrl = `http://127.0.0.1:${opsPort}`;
  const environment = { ...outside.environment, OPS_PORT: String(opsPort), DATABASE_URL: databaseUrl };
  const ava = await spawnAva({ program: 'source', environment: { ...environment, REDIS_URL: redis.url, ...more } });
  processes.push(ava);
  await ava.answers(`${opsUrl}/health/ready?routing=1`, READY_MS);
  return ava;
}

const place = (story?: string): Call =>
  outside.twilio.placeCall({
    from: '+15550107373',
    to: RADIANCE,
    ...(story !== undefined && { caller: scenario(story) }),
  });

const sessionsGone = (): Promise<true> =>
  until('the model sessions to be gone', SESSION_MS, () => (outside.openai.sessions().length === 0 ? true : undefined));

/** Lines of the log, by the message of each. */
const messagesOf = (ava: AvaProcess): string[] =>
  [...ava.output().matchAll(/"msg":"([^"]*)"/g)].map((match) => match[1] ?? '');

describe('a node with a call on the line', () => {
  let fresh: FreshService;
  let database: Database;

  beforeEach(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 2 });
  });
  afterEach(async () => {
    await database.close();
    await fresh.drop();
  });

  async function recordOf(call: Call): Promise<StoredConversation> {
    const clinic = await loadClinic(database, { phone: RADIANCE });
    return closedRecord(database, clinic?.id ?? '', call.sid);
  }

  it('that is asked to stop lets it end by itself, and sends a new caller to staff meanwhile', {
    timeout: LIMIT_MS,
  }, async () => {
    const ava = await start(fresh.url, { DRAIN_TIMEOUT_S: '30' });
    const call = place('book');
    await hears(call, GREETED);
    ava.signal('SIGTERM');
    await until('the node to drain', SESSION_MS, async () =>
      (await fetch(`${opsUrl}/health/ready?routing=1`)).status === 503 ? true : undefined,
    );
    const late = place();
    await late.waitFor(/Front desk speaking/, READY_MS);
    late.hangUp();
    expect((await call.ended).by).toBe('twiml');
    expect(call.heardText).toMatch(/You're booked/);
    expect(await ava.ended(STOP_SLACK_MS)).toEqual({ code: 0, signal: null });
    expectWholeRecord(call, await recordOf(call));
    await sessionsGone();
  });

  it('that is asked to stop puts a caller who stays too long through to staff', { timeout: LIMIT_MS }, async () => {
    const ava = await start(fresh.url, { DRAIN_TIMEOUT_S: '1' });
    const call = place();
    await hears(call, GREETED);
    ava.signal('SIGTERM');
    await call.waitFor(/Front desk speaking/, READY_MS);
    expect(call.heardText).toMatch(/technical trouble/);
    expect(await ava.ended(STOP_SLACK_MS)).toEqual({ code: 0, signal: null });
    call.hangUp();
    expect(await recordOf(call)).toMatchObject({ status: 'ended', outcome: 'failed' });
    await sessionsGone();
  });

  it('that is killed leaves no model session, and the next one on its port takes calls', {
    timeout: LIMIT_MS,
  }, async () => {
    const first = await start(fresh.url);
    const call = place();
    await hears(call, GREETED);
    first.signal('SIGKILL');
    expect(await first.ended(STOP_SLACK_MS)).toEqual({ code: null, signal: 'SIGKILL' });
    await sessionsGone();
    await call.ended;
    const second = await start(fresh.url);
    const another = place('book');
    await another.ended;
    expect((await recordOf(another)).outcome).toBe('appointment_scheduled');
    second.signal('SIGTERM');
    expect(await second.ended(STOP_SLACK_MS)).toEqual({ code: 0, signal: null });
  });
});

describe('a node that starts while Postgres is away', () => {
  let postgres: OwnStore;
  beforeEach(async () => {
    postgres = await openOwnPostgres();
  });
  afterEach(() => postgres.close());

  it('answers, promises nothing, and books as soon as Postgres is there', { timeout: LIMIT_MS }, async () => {
    await postgres.kill();
    const ava = await start(postgres.url);
    expect((await fetch(`${opsUrl}/health/ready`)).status).toBe(503);
    expect((await fetch(`${opsUrl}/health/live`)).status).toBe(200);
    const early = place();
    await early.ended;
    expect(early.heardText).toMatch(/we can't take your call right now/);
    expect(messagesOf(ava).length).toBeGreaterThan(0);
    await postgres.revive();
    const call = place('book');
    await call.ended;
    expect(call.heardText).toMatch(/You're booked for Botox/);
    expect((await fetch(`${opsUrl}/health/ready`)).status).toBe(200);
    ava.signal('SIGTERM');
    expect(await ava.ended(STOP_SLACK_MS)).toEqual({ code: 0, signal: null });
  });
});
