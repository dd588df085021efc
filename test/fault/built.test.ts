/**
 * What `npm run build` made, as `npm run serve` runs it: tests elsewhere run the source, and a bundle can be wrong by
 * itself, above all in what is loaded when it is first needed (the vendors' SDKs, traces).
 */
import { beforeAll, expect, it, type TestContext } from 'vitest';
import { openPostgres } from '../../db/postgres.ts';
import { SEED_CALENDARS } from '../../db/seed-clinics.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { startOtlpSim } from '../sim/otlp/server.ts';
import { type Stores, until } from '../support/ava.ts';
import { type AvaProcess, build, spawnAva } from '../support/ava-process.ts';
import { type Outside, RADIANCE, startOutside } from '../support/outside.ts';
import { freshDatabase, freshRedis } from '../support/services.ts';
import { texter } from '../support/texter.ts';

const LIMIT_MS = 120_000;
const READY_MS = 40_000;
const WRITTEN_MS = 20_000;
const CALLER = '+15550107474';

interface Stand {
  readonly ava: AvaProcess;
  readonly outside: Outside;
  readonly readyUrl: string;
}

beforeAll(build, LIMIT_MS);

/** The built server among simulated vendors; it may not be ready yet. */
async function start({ onTestFinished }: TestContext, { databaseUrl, redisUrl }: Stores, more = {}): Promise<Stand> {
  const [port, opsPort] = await Promise.all([freePort(), freePort()]);
  const outside = await startOutside({ port, pace: 8 });
  onTestFinished(() => outside.stop());
  const stores = { OPS_PORT: String(opsPort), DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  const ava = await spawnAva({ program: 'built', environment: { ...outside.environment, ...stores, ...more } });
  onTestFinished(() => ava.close());
  return { ava, outside, readyUrl: `http://127.0.0.1:${opsPort}/health/ready?routing=1` };
}

it('does all that the source does: books, writes the calendar, texts, scores, and tells of it', {
  timeout: LIMIT_MS,
}, async (context) => {
  const { onTestFinished } = context;
  const [postgres, redis, collector] = await Promise.all([freshDatabase(), freshRedis(), startOtlpSim()]);
  onTestFinished(() => Promise.all([postgres.drop(), redis.drop(), collector.stop()]).then(() => undefined));
  const database = openPostgres({ url: postgres.url, poolSize: 2 });
  onTestFinished(() => database.close());
  const stores = { databaseUrl: postgres.url, redisUrl: redis.url };
  const { ava, outside, readyUrl } = await start(context, stores, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  await ava.answers(readyUrl, READY_MS);
  const { google, twilio } = outside;

  const call = twilio.placeCall({ from: CALLER, to: RADIANCE, caller: scenario('book') });
  await call.ended;
  expect(call.heardText).toMatch(/You're booked for/);
  await until('the appointment in its calendar', WRITTEN_MS, () =>
    SEED_CALENDARS.flatMap(({ id }) => google.live(id)).find(({ summary }) => summary?.includes('Jordan Lee')),
  );
  await until('the call to be scored', WRITTEN_MS, async () => {
    const rows = await database.unbound(
      'scored',
      (sql) => sql`select 1 from scores join calls using (conversation_id) where call_sid = ${call.sid}`,
    );
    return rows[0];
  });

  expect(await texter(twilio, '+15550107475', RADIANCE).writes('What are your opening hours?')).toMatch(/\d (?:AM|PM)/);
  await until('its traces', WRITTEN_MS, () => collector.spans.find(({ name }) => name === 'call') ?? undefined);
  expect(collector.refusals).toEqual([]);

  ava.signal('SIGTERM');
  expect(await ava.ended(READY_MS)).toEqual({ code: 0, signal: null });
  expect(ava.output()).not.toMatch(/"level":"(?:error|fatal)"/);
});

it('traces an error to the line of the source that it came from', { timeout: LIMIT_MS }, async (context) => {
  const nobody = `127.0.0.1:${await freePort()}`;
  const { ava } = await start(context, {
    databaseUrl: `postgres://ava:ava@${nobody}/ava`,
    redisUrl: `redis://${nobody}`,
  });
  const [, place] = await until(
    'a line about Postgres',
    READY_MS,
    () => /"event":"node\.heartbeat_lost","place":"([^"]*)"/.exec(ava.output()) ?? undefined,
  );
  expect(place).toMatch(/ \(db\/postgres-connection\.ts:\d+\)$/);
});
