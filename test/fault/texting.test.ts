/**
 * Many threads of text messages at once, while the workers that answer them are killed. In the end every message was
 * answered once, in order, and what was sent is what the record says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { addClinic } from '../../db/clinic-writing.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { isOutage } from '../../db/postgres-errors.ts';
import { radiance as facts } from '../../db/seed-clinics.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import type { ReceivedText, ThreadBook } from '../../src/domain/texting.ts';
import { TEXTING_LIMITS } from '../../src/domain/texting-limits.ts';
import { type OpenAiSim, startOpenAiSim } from '../sim/openai/server.ts';
import { startTwilioSim, type TwilioSim } from '../sim/twilio/server.ts';
import { SEED, seededRandom } from '../support/seed.ts';
import { type FreshService, freshDatabase, freshRedis } from '../support/services.ts';
import { claimHolders } from './calendar/flow.ts';
import { type Fleet, openFleet } from './fleet.ts';
import { QUICK_THREADS } from './texting/times.ts';

const isLong = Boolean(process.env.LONG_RUNS);
/** `TEXT_THREADS` makes the long run shorter. */
const THREADS = isLong ? Number(process.env.TEXT_THREADS ?? 1_000) : 50;
const WRITING_MS = isLong ? THREADS * 60 : 2_000;
const KILLS = isLong ? THREADS * 0.3 : 8;
const KILL_EVERY_MS = 300;
const TEXTS_A_THREAD = 3;
/** A clinic has no more threads than it answers whole in an hour; there are two at least, as a worker has threads of several. */
const THREADS_A_CLINIC = Math.floor(TEXTING_LIMITS.anHourOfClinic / TEXTS_A_THREAD);
const CLINICS = Math.max(2, Math.ceil(THREADS / THREADS_A_CLINIC));
const numberOf = (clinic: number): string => `+1646555${String(1_000 + clinic)}`;
const LIMIT_MS = isLong ? 900_000 : 120_000;
const account = { accountSid: 'AC1', authToken: 'secret' };

let postgres: FreshService;
let redis: FreshService;
let database: Database;
let book: ThreadBook;
let clinicIds: readonly string[];
let openai: OpenAiSim;
let twilio: TwilioSim;
let fleet: Fleet;

beforeEach(async () => {
  [postgres, redis, openai, twilio] = await Promise.all([
    freshDatabase(),
    freshRedis(),
    startOpenAiSim(),
    startTwilioSim({
      ...account,
      numbers: Object.fromEntries(
        Array.from({ length: CLINICS }, (_, n) => [numberOf(n), { voiceUrl: 'http://127.0.0.1:9/voice' }]),
      ),
      // Handing a message over takes a while, so that a worker dies in the middle of it.
      faults: { restDelayMs: [20, 120] },
      seed: SEED,
    }),
  ]);
  database = openPostgres({ url: postgres.url, poolSize: 6 });
  book = postgresThreadBook(database, QUICK_THREADS);
  clinicIds = await Promise.all(Array.from({ length: CLINICS }, (_, n) => addedClinic(n)));
  await database.unbound('allow', (sql) => sql`update clinics set texting_daily_usd = 100000`);
  fleet = openFleet(4, 'texting/main.ts', {
    databaseUrl: postgres.url,
    redisUrl: redis.url,
    openaiUrl: openai.url,
    twilioUrl: twilio.url,
    ...account,
  });
  await fleet.ready(30_000);
});
afterEach(async () => {
  fleet.close();
  await Promise.all([openai.stop(), twilio.stop(), database.close()]);
  await Promise.all([postgres.drop(), redis.drop()]);
});

/** One like Radiance, with a number of its own; answers its id. */
async function addedClinic(n: number): Promise<string> {
  const { id: _id, services, providers, resources, ...others } = facts;
  const id = await database.transaction('add_clinic', (sql) =>
    addClinic(sql, {
      ...others,
      name: `Clinic ${n}`,
      phone: numberOf(n),
      services: services.map(({ id: _serviceId, ...service }) => service),
      providers: providers.map(({ id: _providerId, ...provider }) => provider),
      resources: resources.map(({ id: _resourceId, ...resource }) => resource),
    }),
  );
  if (id === undefined) throw new Error(`clinic ${n} could not be added`);
  return id;
}

interface Thread {
  readonly clinicId: string;
  /** The clinic's number. */
  readonly to: string;
  readonly phone: string;
  readonly texts: readonly string[];
}

const threadsOf = (count: number): Thread[] =>
  Array.from({ length: count }, (_, n) => ({
    clinicId: clinicIds[n % clinicIds.length] ?? '',
    to: numberOf(n % clinicIds.length),
    phone: `+1555${String(2_000_000 + n)}`,
    texts: [
      `Hi, I need a Botox appointment tomorrow at ${(n % 8) + 9}:00, I'm Person ${String.fromCodePoint(65 + (n % 26))}`,
      'How much is the Hydrafacial?',
      'My email is somebody@example.com',
    ],
  }));

/** A thread's messages, in order, each some time after the one before. */
async function write({ clinicId, to, phone, texts }: Thread, random: () => number): Promise<void> {
  for (const [n, body] of texts.entries()) {
    await sleep((random() * WRITING_MS) / texts.length);
    await receive({ clinicId, from: phone, to, messageSid: `SM${phone}${n}`, body, media: 0 });
  }
}

/** What cannot be stored in time is sent again, as the carrier does. */
async function receive(text: ReceivedText): Promise<void> {
  for (;;) {
    try {
      await book.receive(text);
      return;
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
  }
}

/** Kills a worker that is at something, one each so often, or as soon as there is one; until `over`. */
async function killHolders(over: AbortSignal): Promise<number> {
  let kills = 0;
  while (kills < KILLS && !over.aborted) {
    const rest = sleep(KILL_EVERY_MS);
    while (!over.aborted && !(await claimHolders(database)).some((number) => fleet.kill(number))) await sleep(10);
    kills += 1;
    await rest;
  }
  return kills;
}

async function settled(): Promise<void> {
  const until = performance.now() + LIMIT_MS;
  for (;;) {
    const [row] = await database.unbound(
      'due',
      (sql) => sql`select count(*)::int as due from outbox where status = 'due' and kind in ('answer_sms', 'send_sms')`,
    );
    if (row?.['due'] === 0) return;
    if (performance.now() > until) throw new Error(`not settled:\n${fleet.tail()}`);
    await sleep(100);
  }
}

const turnRow = z.object({ phone: z.string(), role: z.enum(['customer', 'assistant']), text: z.string() });

async function transcripts(): Promise<Map<string, z.output<typeof turnRow>[]>> {
  const rows = await database.unbound(
    'turns',
    (sql) => sql`
      select v.customer_phone as phone, t.role, t.text
      from turns t join conversations v on v.id = t.conversation_id
      order by v.customer_phone, v.started_at, t.n`,
  );
  const turns = rows.map((row) => turnRow.parse(row));
  return new Map(
    [...new Set(turns.map(({ phone }) => phone))].map((phone) => [phone, turns.filter((turn) => turn.phone === phone)]),
  );
}

it('answers every message once, in order', { timeout: LIMIT_MS + 120_000 }, async () => {
  const random = seededRandom(SEED);
  const over = new AbortController();
  const killing = killHolders(over.signal);
  const threads = threadsOf(THREADS);
  await Promise.all(threads.map((thread) => write(thread, random)));
  await settled();
  over.abort();

  expect(await killing).toBeGreaterThan(KILLS / 2);
  const written = await transcripts();
  for (const { phone, texts } of threads) {
    const turns = written.get(phone) ?? [];
    const wordsOf = (role: string) => turns.filter((turn) => turn.role === role).map(({ text }) => text);
    expect(wordsOf('customer').join('\n'), phone).toBe(texts.join('\n'));
    const exchanges = wordsOf('customer').flatMap(() => ['customer', 'assistant']);
    expect(
      turns.map(({ role }) => role),
      `${phone}, ${JSON.stringify(turns)}`,
    ).toEqual(exchanges);
    const sent = twilio.messages.filter(({ to }) => to === phone).map(({ body }) => body);
    expect(sent, phone).toEqual(wordsOf('assistant'));
  }
  const [twice] = await database.unbound(
    'twice',
    (sql) =>
      sql`select count(*)::int as n from (select 1 from appointments where status = 'confirmed' group by conversation_id having count(*) > 1) as t`,
  );
  expect(twice?.['n']).toBe(0);
});
