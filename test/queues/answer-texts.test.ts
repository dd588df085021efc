/**
 * Threads of text messages from the book to their answers, with a model that says what a test has it say.
 * Long, since all of it stands on one bench: a database, and a model whose words and moments each test scripts.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { conversationByText, type StoredConversation } from '../../db/conversation-reader.ts';
import { postgresKnownCallers } from '../../db/known-callers.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { postgresNoticeReplies } from '../../db/notice-replies.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { queueText } from '../../db/text-queue.ts';
import { readTextingSpending } from '../../db/texting-spending.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import { setWithStaff } from '../../db/threads.ts';
import { answerTextsJob } from '../../queues/jobs/answer-texts.ts';
import { answerThread, endQuietThreads } from '../../src/bin/text-desk.ts';
import { watchTexts } from '../../src/bin/text-watch.ts';
import type { AvaEventName } from '../../src/domain/events.ts';
import { ModelFailure } from '../../src/domain/model-failure.ts';
import { type ModelCall, newTextConversation, type TextBrief, type ThreadBook } from '../../src/domain/texting.ts';
import { TEXTING_LIMITS } from '../../src/domain/texting-limits.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';
import { started } from '../../src/receptionist/texting.ts';
import { bookingRequest, lumen, radiance } from '../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { textOf } from '../support/texts.ts';

const TIMES = { settleMs: 0, wordlessMs: 0, usefulForMs: 3_600_000 };
const signal = new AbortController().signal;
const SOON = { timeout: 5_000, interval: 2 };
/** A Tuesday, ten in the morning in New York. */
const NOW = Date.parse('2026-11-24T15:00:00Z');

let fresh: FreshService;
let database: Database;
let book: ThreadBook;
let phones = 0;
let phone = '';
let threadId = '';
let asked: TextBrief[];
let sends: number;
let failures: AvaEventName[];
/** What the model does, answer by answer; then it says "Anything else?". */
let script: (string | ModelFailure | readonly Omit<ModelCall, 'callId'>[])[];
/** What happens while the model thinks, answer by answer. */
let meanwhile: ((stop: AbortSignal) => Promise<unknown>)[];

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 6 });
  book = postgresThreadBook(database, TIMES);
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});
beforeEach(() => {
  phones += 1;
  phone = `+1555030${String(1000 + phones)}`;
  asked = [];
  sends = 0;
  failures = [];
  script = [];
  meanwhile = [];
});

const events = { emit: (name: AvaEventName) => void failures.push(name) };
const desk = () => ({
  book,
  directory: { byId: async () => radiance },
  bookings: postgresBookingStore(database),
  messages: postgresMessageStore(database),
  replies: postgresNoticeReplies(database),
  watch: watchTexts(book, 1),
  async ask(brief: TextBrief, _: unknown, stop: AbortSignal) {
    asked.push(brief);
    await meanwhile.shift()?.(stop);
    const next = script.shift() ?? 'Anything else?';
    if (next instanceof ModelFailure) throw next;
    if (typeof next === 'string') return { text: next, calls: [], usage: NO_USAGE };
    return { text: '', calls: next.map((call) => ({ callId: randomUUID(), ...call })), usage: NO_USAGE };
  },
  events,
  now: () => NOW,
});

const addressed = () => ({ clinicId: radiance.id, from: phone, to: radiance.phone });

async function write(body: string, { media = 0, sid = `SM${randomUUID()}` } = {}) {
  const receipt = await book.receive({ ...addressed(), messageSid: sid, body, media });
  const [row] = await database.unbound('thread', (sql) => sql`select id from sms_threads where phone = ${phone}`);
  threadId = String(row?.['id']);
  return receipt;
}

async function answer(options: Partial<ReturnType<typeof desk>> = {}): Promise<void> {
  const job = answerTextsJob({
    book,
    answer: (claim, terms) => answerThread({ ...desk(), ...options }, claim, terms),
    send: async () => void (sends += 1),
    events,
    newToken: randomUUID,
    patience: { attempts: 2, firstMs: 1, longestMs: 1 },
  });
  await job.run({ data: { clinicId: radiance.id, threadId }, attempt: 1, signal });
}
const due = () =>
  database.unbound('due', (sql) => sql`update outbox set due_at = now() where subject_id = ${threadId}`);
/** The claim of a worker that died has run out. */
const lapse = () =>
  database.unbound(
    'lapse',
    (sql) => sql`
      update outbox set claimed_until = now() where subject_id = ${threadId} and claim_token is not null`,
  );
const conversation = async (): Promise<StoredConversation> => {
  const found = await conversationByText(database, radiance.id, phone);
  if (!found) throw new Error('no conversation');
  return found;
};
const turns = async () => (await conversation()).turns.map(({ role, text }) => `${role}: ${text}`);
const queued = async () => {
  const rows = await database.unbound(
    'texts',
    (sql) => sql`select body from texts where thread_id = ${threadId} order by seq`,
  );
  return rows.map((row) => String(row['body']));
};
const tasks = async () => {
  const rows = await database.unbound(
    'tasks',
    (sql) => sql`select text from messages where customer_phone = ${phone} order by created_at, text`,
  );
  return rows.map((row) => String(row['text']));
};
const DISCLOSURE = 'This is Ava, the AI assistant of Radiance Med Spa.';
const TEAM = 'We got your message, and our team will reply.';
const broken = (isFinal = false) => new ModelFailure({ kind: 'connect', code: 'http_503', isFinal });

describe('what came in', () => {
  it('is answered, once, and sent', async () => {
    const sid = `SM${randomUUID()}`;
    expect(await write('What are your hours?', { sid })).toBe('kept');
    expect(await write('What are your hours?', { sid })).toBe('repeated');
    script = ['We are open until six.'];
    await answer();
    await answer();
    expect(asked).toHaveLength(1);
    expect(asked[0]?.instructions).toContain(phone);
    expect(await turns()).toEqual([
      'customer: What are your hours?',
      `assistant: ${DISCLOSURE} We are open until six.`,
    ]);
    expect(await queued()).toEqual([`${DISCLOSURE} We are open until six.`]);
    expect(sends).toBe(1);
  });

  it('is one turn where one message follows another at once, and the next turn where it comes later', async () => {
    await write('Hi');
    await write('Botox tomorrow please');
    await answer();
    await write('Or Friday');
    await answer();
    expect(await turns()).toEqual([
      'customer: Hi\nBotox tomorrow please',
      `assistant: ${DISCLOSURE} Anything else?`,
      'customer: Or Friday',
      'assistant: Anything else?',
    ]);
    expect(asked[1]?.items.map(({ kind }) => kind)).toEqual(['customer', 'assistant', 'customer']);
  });

  it('while the model thinks has it begin again: two quick messages are one turn', async () => {
    await write('Hi');
    const stopped: boolean[] = [];
    meanwhile = [
      async (stop) => {
        await write('Botox tomorrow please');
        await vi.waitFor(() => expect(stop.aborted).toBe(true), SOON);
        stopped.push(stop.aborted);
        throw new ModelFailure({ kind: 'connect', code: 'aborted', isFinal: false });
      },
    ];
    script = ['Which time?'];
    await answer();
    expect(stopped).toEqual([true]);
    expect(await turns()).toEqual(['customer: Hi\nBotox tomorrow please', `assistant: ${DISCLOSURE} Which time?`]);
    expect(await queued()).toEqual([`${DISCLOSURE} Which time?`]);
  });

  it('with the model’s answer there already is not passed over: the answer is not sent, and no tool is run', async () => {
    await write('Botox please');
    meanwhile = [() => write('no wait, Hydrafacial')];
    script = [[{ name: 'check_availability', argumentsText: '{"service":"botox"}' }], 'Which day?'];
    await answer({ watch: watchTexts({ waiting: async () => new Map() }, 60_000) });
    expect(asked).toHaveLength(2);
    expect((await conversation()).toolCalls).toEqual([]);
    expect(await queued()).toEqual([`${DISCLOSURE} Which day?`]);
  });

  it('again and again is answered all the same, and what came last is the next turn', async () => {
    await write('1');
    const more = ['2', '3', '4', '5'];
    meanwhile = more.map((body) => () => write(body));
    await answer({ watch: watchTexts({ waiting: async () => new Map() }, 60_000) });
    expect((await turns()).filter((turn) => turn.startsWith('customer'))).toEqual([
      'customer: 1\n2\n3\n4',
      'customer: 5',
    ]);
  });

  it('is answered at once; a picture waits for its words', async () => {
    const patient = postgresThreadBook(database, { ...TIMES, wordlessMs: 60_000 });
    const send = (body: string, media = 0) =>
      patient.receive({ ...addressed(), messageSid: `SM${randomUUID()}`, body, media });
    await send('', 1);
    const [row] = await database.unbound('id', (sql) => sql`select id from sms_threads where phone = ${phone}`);
    const request = { clinicId: radiance.id, threadId: String(row?.['id']), token: randomUUID(), forMs: 1_000 };
    expect(await patient.claim(request)).toBeNull();
    await send('What is this on my skin?');
    expect((await patient.claim(request))?.texts.map(({ media }) => media)).toEqual([1, 0]);
  });

  it('without a word is answered without a model', async () => {
    await write('', { media: 1 });
    await answer();
    await write('  ');
    await answer();
    expect(asked).toEqual([]);
    expect(await queued()).toEqual([
      `${DISCLOSURE} Thank you. I can't open pictures here. Could you tell me in words what you need?`,
      'Your message came without any text. How can I help you?',
    ]);
    expect((await turns())[0]).toBe('customer: [an attachment, which cannot be opened here]');
  });

  it('that needs a person at once alerts one, and says whom to call', async () => {
    await write("I can't breathe since the filler");
    await answer();
    expect(asked).toEqual([]);
    expect((await queued())[0]).toContain('call your local emergency number');
    expect(await tasks()).toEqual(["URGENT, they texted: I can't breathe since the filler"]);
  });
});

describe('tools in writing', () => {
  const check = { name: 'check_availability', argumentsText: '' };
  const book14 = { name: 'book_appointment', argumentsText: '{"slot_id":"1","customer_name":"Jordan Lee"}' };

  /** The time is found and offered; what follows is to book it. */
  async function offered(when: string): Promise<void> {
    await write(`Botox ${when}`);
    script = [[{ ...check, argumentsText: JSON.stringify({ service: 'botox', when }) }], 'It is free. Your name?'];
    await answer();
    await write('Jordan Lee, please book it');
  }
  const OFFER = `${DISCLOSURE} It is free. Your name?`;

  it('book for the number that writes, and the record has what was done', async () => {
    await offered('tomorrow at 2 PM');
    script = [[book14], 'You are booked.'];
    await answer();
    const { toolCalls, appointments } = await conversation();
    expect(toolCalls.map(({ name, success }) => [name, success])).toEqual([
      ['check_availability', true],
      ['book_appointment', true],
    ]);
    expect(appointments).toMatchObject([{ service: 'Botox', customer: 'Jordan Lee', phone }]);
    await write('Thanks');
    await answer();
    expect(asked.at(-1)?.instructions).toContain('on file as Jordan Lee');
    const recognise = postgresKnownCallers(database, () => NOW);
    const onTheTelephone = await recognise(radiance.id, phone);
    expect(onTheTelephone.name).toBe('Jordan Lee');
    expect(onTheTelephone.appointments).toEqual([
      expect.objectContaining({ service: 'Botox', startsAt: '2026-11-25T14:00:00-05:00' }),
    ]);
    expect(onTheTelephone.texted.map(({ by, text }) => `${by}: ${text}`)).toEqual([
      'customer: Botox tomorrow at 2 PM',
      'assistant: It is free. Your name?',
      'customer: Jordan Lee, please book it',
      'assistant: You are booked.',
      'customer: Thanks',
      'assistant: Anything else?',
    ]);
    expect(await recognise(lumen.id, phone)).toEqual({ name: null, appointments: [], texted: [] });
    const later = postgresKnownCallers(database, () => NOW + 2 * 24 * 3_600_000);
    expect((await later(radiance.id, phone)).appointments).toEqual([]);
  });

  it('are not used again by whoever goes on after a worker that died', async () => {
    await offered('Friday at 2 PM');
    script = [[book14], 'You are booked.'];
    const dead = new Error('killed');
    // It dies when it is to say what it did, with the booking made.
    const dying = { ...book, finish: () => Promise.reject(dead) };
    await expect(answer({ book: dying })).rejects.toThrow(dead);
    await lapse();
    // What was done is known; only the words, which nobody read, are thought of anew.
    script = ['You are booked, Jordan.'];
    await answer();
    expect(asked.at(-1)?.items.at(-1)).toMatchObject({
      kind: 'output',
      output: expect.stringContaining('"success":true'),
    });
    expect(await queued()).toEqual([OFFER, 'You are booked, Jordan.']);
    expect((await conversation()).toolCalls).toHaveLength(2);
    expect((await conversation()).appointments).toHaveLength(1);
  });

  it('run by one who died are run again with the same effect', async () => {
    await offered('Saturday at 2 PM');
    script = [[book14]];
    let saves = 0;
    const dead = new Error('killed');
    // Asked of the model; then it dies with the booking made and not noted.
    const dying = {
      ...book,
      save: (...given: Parameters<ThreadBook['save']>) =>
        (saves += 1) === 2 ? Promise.reject(dead) : book.save(...given),
    };
    await expect(answer({ book: dying })).rejects.toThrow(dead);
    await lapse();
    script = ['You are booked.'];
    await answer();
    expect(await queued()).toEqual([OFFER, 'You are booked.']);
    expect((await conversation()).appointments).toHaveLength(1);
  });

  it('asked for in circles end with staff', async () => {
    await write('Botox');
    const again = { name: 'get_clinic_info', argumentsText: '{"topic":"hours"}' };
    script = Array.from({ length: 9 }, () => [again]);
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} ${TEAM}`]);
    expect(await tasks()).toHaveLength(1);
    expect(asked.length).toBeLessThan(9);
  });

  it('end the conversation with a goodbye', async () => {
    await write('Nothing, bye');
    script = [[{ name: 'end_call', argumentsText: '{}' }]];
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} Thank you for texting Radiance Med Spa. Goodbye!`]);
    expect(await conversation()).toMatchObject({ status: 'ended', outcome: 'info_only' });
    const first = (await conversation()).id;
    await database.unbound(
      'past',
      (sql) => sql`update conversations set started_at = started_at - interval '1 hour' where id = ${first}`,
    );
    await write('Wait, one more thing');
    await answer();
    expect((await conversation()).id).not.toBe(first);
  });
});

describe('without a model', () => {
  it('the team is told, and so is the customer, after a few tries', async () => {
    await write('Hola, necesito una cita para mañana por favor');
    script = [broken()];
    await answer();
    expect(await queued()).toEqual([]);
    script = [broken()];
    await due();
    await answer();
    expect(asked).toHaveLength(2);
    expect(await queued()).toEqual([
      'Soy Ava, la asistente de inteligencia artificial de Radiance Med Spa. ' +
        'Hemos recibido su mensaje, y nuestro equipo le responderá.',
    ]);
    expect(await tasks()).toEqual([
      'The assistant could not answer. They texted: Hola, necesito una cita para mañana por favor',
    ]);
    await write('Are you there?');
    await answer();
    expect((await queued()).at(-1)).toBe('Anything else?');
  });

  it('they are told at once where asking again cannot help', async () => {
    await write('Hello');
    script = [broken(true)];
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} ${TEAM}`]);
  });
});

describe('whoever wants no texts', () => {
  it.each(['STOP', ' stop ', 'Unsubscribe', 'END', 'quit'])('and says %j gets none', async (word) => {
    expect(await write(word)).toBe('opted_out');
    await answer();
    expect(asked).toEqual([]);
    expect(await queued()).toEqual([]);
    expect(await tasks()).toEqual([]);
  });

  it('and says CANCEL gets none, and staff ask what was meant', async () => {
    expect(await write('Cancel')).toBe('opted_out');
    await answer();
    expect(await queued()).toEqual([]);
    expect(await tasks()).toHaveLength(1);
  });

  it('and writes all the same is for staff to call, once a day: no model is asked for what cannot be sent', async () => {
    await write('STOP');
    for (const body of ['Can I come at 3?', 'Hello?']) {
      await write(body);
      await answer();
    }
    expect([asked, await queued()]).toEqual([[], []]);
    expect(await turns()).toEqual(['customer: Can I come at 3?', 'customer: Hello?']);
    expect(await tasks()).toEqual([expect.stringContaining('turned text messages off')]);
    await write('START');
    await write('And now?');
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} Anything else?`]);
  });

  it('and says so while the answer is on its way has it neither sent nor on record as said', async () => {
    await write('What are your hours?');
    meanwhile = [() => write('STOP')];
    await answer();
    expect([await queued(), await turns()]).toEqual([[], ['customer: What are your hours?']]);
  });

  it('and is in need at once is for staff to call', async () => {
    await write('STOP');
    await write("I can't breathe since the filler");
    await answer();
    expect([await queued(), await tasks()]).toEqual([[], [expect.stringContaining('URGENT')]]);
  });

  it('gets them again when they say so; a yes is a yes before and after', async () => {
    expect(await write('Yes')).toBe('kept');
    await write('STOP');
    expect(await write('YES')).toBe('opted_in');
    expect(await write('yes')).toBe('kept');
  });
});

const flood = (count: number) =>
  database.unbound(
    'flood',
    (sql) => sql`
      insert into inbound_texts (clinic_id, thread_id, message_sid, body, conversation_id)
      select ${radiance.id}, ${threadId}, ${phone} || n, 'x', gen_random_uuid() from generate_series(1, ${count}) as n`,
  );

const allow = (usd: number) =>
  database.unbound('limit', (sql) => sql`update clinics set texting_daily_usd = ${usd} where id = ${radiance.id}`);
const allTasks = async () => {
  const rows = await database.unbound(
    'tasks',
    (sql) => sql`select text from messages where text like '%Ava does not%'`,
  );
  return rows.map((row) => String(row['text']));
};
/** As if it were another day. */
const clear = () => database.unbound('clear', (sql) => sql`delete from messages`);

describe('beyond what is answered', () => {
  it('of one number, nothing is sent, and the team is told once a day', async () => {
    await write('Hi');
    await flood(TEXTING_LIMITS.anHourOfNumber);
    await answer();
    await write('Hi again');
    await answer();
    await write('Hi again', { media: 1 });
    await answer();
    expect(asked).toEqual([]);
    expect(await queued()).toEqual([]);
    expect(await tasks()).toEqual([expect.stringContaining('came from this number')]);
    const nextDay = { ...desk(), now: () => NOW + 24 * 3_600_000 };
    await write('Hello?');
    await answer(nextDay);
    expect(await tasks()).toHaveLength(2);
    expect((await turns()).filter((turn) => turn.startsWith('customer'))).toHaveLength(4);
  });

  it('of what it may cost, the team is told once a day of all numbers', async () => {
    await clear();
    await allow(0);
    for (const end of ['1', '2', '3']) {
      phone = `+1555039${end}${String(1000 + phones)}`.slice(0, 12);
      await write('Hi');
      await answer();
      expect(await queued()).toEqual([]);
    }
    await allow(25);
    expect(asked).toEqual([]);
    expect(await allTasks()).toEqual([expect.stringContaining('what you allow for it')]);
  });

  it('the first word of an emergency is answered all the same', async () => {
    await allow(0);
    for (const words of ["I can't breathe since the filler", "I can't breathe"]) {
      await write(words);
      await answer();
    }
    await allow(25);
    expect(await queued()).toEqual([expect.stringContaining('call your local emergency number')]);
  });

  it('counts messages that belong to no conversation, at the clinic’s own price', async () => {
    const { otherTextsUsd: before = 0 } = (await readTextingSpending(database, radiance.id))[0] ?? {};
    const body = 'A reminder of some length, as they are. '.repeat(5);
    await database.withClinic(radiance.id, 'remind', (sql) => queueText(sql, radiance.id, textOf({ to: phone, body })));
    const price = (usd: number) =>
      database.unbound(
        'price',
        (sql) => sql`update clinics set texting_segment_usd = ${usd} where id = ${radiance.id}`,
      );
    const [at1] = await readTextingSpending(database, radiance.id);
    expect(at1?.otherTextsUsd).toBeCloseTo(before + 2 * 0.0083);
    await price(1);
    await allow(2);
    await write('Hi');
    await answer();
    await price(0.0083);
    await allow(25);
    expect(asked).toEqual([]);
    await write('Hi');
    await answer();
    expect(asked).toHaveLength(1);
  });
});

/** Ava begins a conversation with whoever writes, after that one. */
const opened = (after: string) => {
  const conversation = newTextConversation(randomUUID(), 'en', NOW);
  const text = { key: conversation.conversationId, body: 'Our call was cut off.' };
  const entries = [started(conversation, radiance.id, phone)];
  return book.open({ clinicId: radiance.id, phone, after, conversation, entries, text });
};

describe('a conversation that Ava begins after another', () => {
  it('is not begun where that came to an appointment after all', async () => {
    const request = bookingRequest({ at: phones * 60 });
    await postgresBookingStore(database).book(request);
    expect(await opened(request.conversationId)).toBe(false);
    expect(await opened(randomUUID())).toBe(true);
  });

  it('is not begun with somebody who wants no texts, nor where one is under way or staff have the thread', async () => {
    await write('STOP');
    expect(await opened(randomUUID())).toBe(false);
    await write('START');
    await setWithStaff(database, radiance.id, phone, true);
    expect(await opened(randomUUID())).toBe(false);
    await setWithStaff(database, radiance.id, phone, false);
    expect(await opened(randomUUID())).toBe(true);
    expect(await opened(randomUUID())).toBe(false);
  });
});

describe('a thread', () => {
  it('that staff have taken over is recorded and not answered, until they give it back', async () => {
    await write('Hi');
    await answer();
    expect(await setWithStaff(database, radiance.id, '+15550309999', true)).toBe(false);
    expect(await setWithStaff(database, radiance.id, phone, true)).toBe(true);
    await write('Is somebody there?');
    await answer();
    expect(await turns()).toHaveLength(3);
    await setWithStaff(database, radiance.id, phone, false);
    await write('Botox please');
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} Anything else?`, 'Anything else?']);
    expect(asked.at(-1)?.items.map((item) => ('text' in item ? item.text : ''))).toContain('Is somebody there?');
  });

  it('that staff take over while its answer is on the way gets none, and no task that was begun for it', async () => {
    await write('Botox tomorrow at 11 AM');
    const check = { name: 'check_availability', argumentsText: '{"service":"botox","when":"tomorrow at 11 AM"}' };
    script = [[check], 'It is free. Shall I book it?'];
    let rounds = 0;
    await answer({
      async ask(...given: Parameters<ReturnType<typeof desk>['ask']>) {
        if ((rounds += 1) === 2) await setWithStaff(database, radiance.id, phone, true);
        return desk().ask(...given);
      },
    });
    expect(await queued()).toEqual([]);
    expect(await turns()).toEqual(['customer: Botox tomorrow at 11 AM']);
    await setWithStaff(database, radiance.id, phone, false);
    await write('Are you there?');
    await answer();
    expect(await queued()).toEqual([`${DISCLOSURE} Anything else?`]);
    expect(asked.at(-1)?.items.map(({ kind }) => kind)).toEqual(['customer', 'call', 'output', 'customer']);
  });

  it('that staff take over with its turn half done is not asked about any further', async () => {
    await write('What are your hours?');
    script = [broken()];
    await answer();
    await setWithStaff(database, radiance.id, phone, true);
    await due();
    await answer();
    expect([asked.length, await queued()]).toEqual([1, []]);
  });

  it('that staff take over before its answer is sent keeps the answer to itself', async () => {
    await write('Hi');
    await answer();
    await setWithStaff(database, radiance.id, phone, true);
    const statuses = await database.unbound(
      'statuses',
      (sql) => sql`select status from texts where thread_id = ${threadId}`,
    );
    expect(statuses.map(({ status }) => status)).toEqual(['withdrawn']);
  });

  it('that staff have for long is not over, nor as soon as they give it back', async () => {
    await write('Hi');
    await answer();
    await setWithStaff(database, radiance.id, phone, true);
    const age = () =>
      database.unbound(
        'age',
        (sql) => sql`update sms_threads set active_at = now() - interval '5 hours' where id = ${threadId}`,
      );
    await age();
    expect(await endQuietThreads(desk())).toBe(0);
    await setWithStaff(database, radiance.id, phone, false);
    expect(await endQuietThreads(desk())).toBe(0);
    await age();
    expect(await endQuietThreads(desk())).toBe(1);
  });

  it('that is quiet for long is over, and scored', async () => {
    await write('Hi');
    await answer();
    expect(await endQuietThreads(desk(), 60_000)).toBe(0);
    await database.unbound(
      'age',
      (sql) => sql`update sms_threads set active_at = now() - interval '5 hours' where id = ${threadId}`,
    );
    expect(await endQuietThreads(desk())).toBe(1);
    expect(await endQuietThreads(desk())).toBe(0);
    const { id, status, outcome } = await conversation();
    expect([status, outcome]).toEqual(['ended', 'info_only']);
    const rung = await database.unbound(
      'rung',
      (sql) => sql`select from outbox where subject_id = ${id} and kind = 'score_conversation'`,
    );
    expect(rung).toHaveLength(1);
    expect(failures).toContain('call.ended');
  });

  it('in which something waits to be answered is not over', async () => {
    await write('Hi');
    await answer();
    await write('And?');
    await database.unbound(
      'age',
      (sql) => sql`update sms_threads set active_at = now() - interval '5 hours' where id = ${threadId}`,
    );
    expect(await endQuietThreads(desk())).toBe(0);
  });
});
