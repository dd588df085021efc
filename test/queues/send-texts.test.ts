/** Messages from the book to the simulated Twilio: each is sent once, in order, whatever is lost on the way. */
import { randomUUID } from 'node:crypto';
import Twilio from 'twilio/lib/rest/Twilio.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { queueText } from '../../db/text-queue.ts';
import { postgresTextBook } from '../../db/texts.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import { type SendTimes, textSender } from '../../queues/jobs/send-texts.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import type { NewText, TextBook, TextCarrier } from '../../src/domain/texts.ts';
import { twilioMessages } from '../../src/twilio/messages.ts';
import { radiance } from '../contract/booking-requests.ts';
import { startTwilioSim, type TwilioSim } from '../sim/twilio/server.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { textOf } from '../support/texts.ts';

const PHONE = '+15550100142';
/** The clinic is reached under this number as well. */
const SECOND = '+15550100043';
const account = { accountSid: 'AC1', authToken: 'secret' };
const never = new AbortController().signal;
/** No request of a test is late for long. */
const TIMES: SendTimes = { requestMs: 400, claimMs: 1_000, lateMs: 300 };

let fresh: FreshService;
let database: Database;
let book: TextBook;
let sim: TwilioSim;
let carrier: TextCarrier;
const told: { name: AvaEventName; event: object }[] = [];
const events = { emit: (name: AvaEventName, event: object) => void told.push({ name, event }) };

// So that loading it is not part of a request's time.
beforeAll(() => void new Twilio('AC1', 'none').messages);
beforeEach(async () => {
  told.length = 0;
  [fresh, sim] = await Promise.all([
    freshDatabase(),
    startTwilioSim({
      ...account,
      numbers: Object.fromEntries(
        [radiance.phone, SECOND].map((number) => [number, { voiceUrl: 'http://127.0.0.1:9/voice' }]),
      ),
    }),
  ]);
  database = openPostgres({ url: fresh.url, poolSize: 4 });
  book = postgresTextBook(database);
  carrier = twilioMessages({ ...account, baseUrl: sim.url, reportUrl: () => 'http://127.0.0.1:9/status' });
});
afterEach(async () => {
  await Promise.all([database.close(), sim.stop()]);
  await fresh.drop();
});

const queue = (more: Partial<NewText> = {}) =>
  database.withClinic(radiance.id, 'queue', (sql) => queueText(sql, radiance.id, textOf({ to: PHONE, ...more })));
const send = async (times = TIMES) => {
  const [thread] = await database.unbound('thread', (sql) => sql`select id from sms_threads where phone = ${PHONE}`);
  const sender = textSender({ book, carrier, events, newToken: randomUUID, times });
  await sender({ clinicId: radiance.id, threadId: String(thread?.['id']) }, never);
};
const due = (): Promise<unknown> =>
  database.unbound(
    'due',
    (sql) => sql`update outbox set due_at = now(), claimed_until = case when claim_token is not null then now() end`,
  );
const sent = (): string[] =>
  sim.messages.filter(({ direction }) => direction === 'outbound-api').map(({ body }) => body);
const rows = async () => {
  const found = await database.unbound(
    'texts',
    (sql) => sql`select body, status, error_code as code, carrier_status as carrier from texts order by seq`,
  );
  return found.map((row) => ({ ...row }));
};
/** What staff are told. */
const messages = async () => {
  const found = await database.unbound('messages', (sql) => sql`select text from messages`);
  return found.map((row) => String(row['text']));
};
const statuses = async () => (await rows()).map(({ status }) => status);

describe('messages of a thread', () => {
  it('are sent in order, each once, however often they are asked for', async () => {
    await queue({ key: 'one', body: 'First.' });
    await queue({ key: 'two', body: 'Second.' });
    await queue({ key: 'one', body: 'First.' });
    await send();
    await send();
    expect(sent()).toEqual(['First.', 'Second.']);
    expect(await statuses()).toEqual(['accepted', 'accepted']);
    expect(told.map(({ name, event }) => [name, event])).toEqual([
      ['text.sent', { clinicId: radiance.id, costUsd: 0.0083 }],
      ['text.sent', { clinicId: radiance.id, costUsd: 0.0083 }],
    ]);
  });

  it('are several where they are long', async () => {
    await queue({ body: 'A sentence of some length, to be read. '.repeat(25) });
    await send();
    expect(sent().length).toBe(2);
  });

  it('are looked for before they are sent again, where the answer was lost', async () => {
    await queue({ key: 'one', body: 'Once.' });
    await queue({ key: 'two', body: 'Then this.' });
    sim.faults = { restAnswersLost: 1 };
    await send();
    expect(sent()).toEqual(['Once.']);
    expect(await statuses()).toEqual(['sending', 'waiting']);
    sim.faults = {};
    await due();
    await send();
    expect(sent()).toEqual(['Once.', 'Then this.']);
    expect(await statuses()).toEqual(['accepted', 'accepted']);
  });

  it('are not taken for others with the same words', async () => {
    await queue({ key: 'one', body: 'Anything else?' });
    await send();
    await queue({ key: 'two', body: 'Anything else?' });
    sim.faults = { rest: { failureRate: 1, status: 500 } };
    await send();
    sim.faults = {};
    await due();
    await send({ ...TIMES, lateMs: 0 });
    expect(sent()).toEqual(['Anything else?', 'Anything else?']);
    expect(await statuses()).toEqual(['accepted', 'accepted']);
  });

  it('wait until a request that nobody answered can take no effect any more', async () => {
    await queue({ body: 'Late.' });
    sim.faults = { restDelayMs: [600, 600] };
    await send();
    sim.faults = {};
    await due();
    // Looked for too early to be found, and not sent again.
    await send({ ...TIMES, lateMs: 60_000 });
    expect(await statuses()).toEqual(['sending']);
    await new Promise((resolve) => setTimeout(resolve, 400));
    await due();
    await send();
    expect(sent()).toEqual(['Late.']);
    expect(await statuses()).toEqual(['accepted']);
  });

  it('of a worker that died are gone on with when its claim has lapsed, and by nobody before', async () => {
    await queue({ body: 'Hello.' });
    const [thread] = await database.unbound('thread', (sql) => sql`select id from sms_threads`);
    const dead = { clinicId: radiance.id, threadId: String(thread?.['id']), token: randomUUID(), forMs: 60_000 };
    expect((await book.claim(dead))?.text.body).toBe('Hello.');
    await send();
    expect(sent()).toEqual([]);
    await due();
    await send({ ...TIMES, lateMs: 0 });
    expect(sent()).toEqual(['Hello.']);
  });

  it('stop for good where the customer opted out, also where only Twilio knew', async () => {
    await sim.sendSms({ from: PHONE, to: radiance.phone, body: 'STOP' });
    await queue({ key: 'one' });
    await queue({ key: 'two' });
    await send();
    expect(sent()).toEqual([]);
    expect(await rows()).toMatchObject([
      { status: 'refused', code: 21610 },
      { status: 'refused', code: 21610 },
    ]);
    expect(told.map(({ name }) => name)).toEqual(['text.refused']);
  });

  it('of a conversation that are refused for good are for staff to know, once a day for a telephone', async () => {
    carrier = { ...carrier, send: refusing(carrier, 'Bad.') };
    await queue({ key: 'reminder', body: 'Bad.' });
    await send();
    expect(await messages()).toEqual([]);
    for (const key of ['one', 'two']) await queue({ key, body: 'Bad.', conversationId: randomUUID() });
    await send();
    expect(await messages()).toEqual([expect.stringMatching(/could not be sent .* 21211.* call them/)]);
  });

  it('go on after one that Twilio will never take', async () => {
    carrier = { ...carrier, send: refusing(carrier, 'Bad.') };
    await queue({ key: 'one', body: 'Bad.' });
    await queue({ key: 'two', body: 'Good.' });
    await send();
    expect(sent()).toEqual(['Good.']);
    expect(await statuses()).toEqual(['refused', 'accepted']);
  });

  it.each([
    [429, 'busy', 'waiting'],
    [503, 'unavailable', 'sending'],
  ] as const)('wait where Twilio answers %i', async (status, kind, state) => {
    sim.faults = { rest: { failureRate: 1, status } };
    await queue();
    await send();
    expect(await statuses()).toEqual([state]);
    expect(told).toMatchObject([{ name: 'text.failed', event: { kind, failures: 1 } }]);
    const [row] = await database.unbound('ring', (sql) => sql`select due_at > now() as later, reason from outbox`);
    expect({ ...row }).toEqual({ later: true, reason: kind });
  });

  it('wait where the account’s credentials open nothing', async () => {
    const mended = carrier;
    carrier = twilioMessages({
      ...account,
      authToken: 'of old',
      baseUrl: sim.url,
      reportUrl: () => 'http://127.0.0.1:9/',
    });
    await queue();
    await send();
    expect(await statuses()).toEqual(['waiting']);
    expect(told).toMatchObject([{ name: 'text.failed', event: { kind: 'credentials', failures: 1 } }]);
    carrier = mended;
    await due();
    await send();
    expect(sent()).toEqual(['Hello.']);
  });

  it('are of no use after their time', async () => {
    await queue({ usefulForMs: -1 });
    await send();
    expect(sent()).toEqual([]);
    expect(await statuses()).toEqual(['expired']);
  });
});

const sentFrom = () => sim.messages.map((message) => message.from);
const addSecond = () =>
  database.unbound(
    'number',
    (sql) => sql`insert into clinic_numbers (phone, clinic_id) values (${SECOND}, ${radiance.id})`,
  );
const writeTo = (to: string) =>
  postgresThreadBook(database).receive({
    clinicId: radiance.id,
    from: PHONE,
    to,
    messageSid: randomUUID(),
    body: 'Hi',
    media: 0,
  });

describe('the number that messages go from', () => {
  it('is the one that the customer wrote to last, while it is the clinic’s; else its first', async () => {
    await addSecond();
    await queue({ key: 'one' });
    await send();
    await writeTo(SECOND);
    await queue({ key: 'two' });
    await send();
    await database.unbound('gone', (sql) => sql`delete from clinic_numbers where phone = ${SECOND}`);
    await queue({ key: 'three' });
    await send();
    expect(sentFrom()).toEqual([radiance.phone, SECOND, radiance.phone]);
  });

  it('stays the same for a message that may have gone, whatever is written to meanwhile', async () => {
    await addSecond();
    await writeTo(SECOND);
    await queue();
    sim.faults = { restAnswersLost: 1 };
    await send();
    sim.faults = {};
    await writeTo(radiance.phone);
    await due();
    await send({ ...TIMES, lateMs: 0 });
    expect(sentFrom()).toEqual([SECOND]);
    expect(await statuses()).toEqual(['accepted']);
  });
});

describe('what Twilio tells of a message', () => {
  it('settles one of which nobody knew, and never goes back', async () => {
    await queue();
    sim.faults = { restAnswersLost: 1 };
    await send();
    const [row] = await database.unbound('id', (sql) => sql`select id from texts`);
    const report = { clinicId: radiance.id, textId: String(row?.['id']), sid: 'SM1', code: null };
    await book.report({ ...report, status: 'delivered' });
    await book.report({ ...report, status: 'sent' });
    await book.report({ ...report, sid: 'SM2', status: 'failed', code: 30_007 });
    expect(await rows()).toEqual([{ body: 'Hello.', status: 'accepted', code: null, carrier: 'delivered' }]);
  });
});

/** A carrier that takes all but one message. */
function refusing(inner: TextCarrier, body: string): TextCarrier['send'] {
  return (text, signal) => inner.send(text.body === body ? { ...text, to: 'nobody' } : text, signal);
}
