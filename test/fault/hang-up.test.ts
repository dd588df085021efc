/** A caller may hang up at any moment of the conversation: whatever was under way then, nothing is left of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import type { AvaEvents } from '../../src/domain/events.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { SEED, seededRandom } from '../support/seed.ts';

/** Where in a call the caller hangs up. */
interface Moment {
  readonly name: string;
  /** Calls `hangUp` when it has come; answers how to stop watching for it. */
  watch(ava: AvaStand, call: Call, hangUp: () => void): () => void;
}

const SEEDED = 18;
/** About what happens in a whole booking: words, marks, webhooks, utterances. */
const HAPPENINGS = 160;
/** How long after a hang-up a model session may live: one second, in turns of a loop that a busy machine may stall. */
const SESSION_TURNS = 50;
const TURN_MS = 20;
const HOLD_MS = 2_000;
const TOGETHER = 14;

/** The nth thing that happens once the stream runs. */
function happening(n: number): Moment {
  return {
    name: `at happening ${n}`,
    watch: (_ava, call, hangUp) => {
      let streaming = false;
      let left = n;
      return call.events.on(({ type }) => {
        streaming ||= type === 'first-media';
        if (streaming && left-- === 0) hangUp();
      });
    },
  };
}

/** In the tick in which Ava tells of something in this call. */
function told<Name extends 'tool.started' | 'tool.finished' | 'turn.caller' | 'model.connected'>(
  name: Name,
  what: string,
  fits: (event: AvaEvents[Name]) => boolean = () => true,
): Moment {
  return {
    name: what,
    watch: (ava, call, hangUp) =>
      ava.events.on(name, (event) => {
        if (event.callSid === call.sid && fits(event)) hangUp();
      }),
  };
}

function word(pattern: RegExp, what: string): Moment {
  return {
    name: what,
    watch: (_ava, call, hangUp) =>
      call.events.on((event) => event.type === 'word' && pattern.test(event.word) && hangUp()),
  };
}

const random = seededRandom(SEED);
const MOMENTS: readonly Moment[] = [
  ...Array.from({ length: SEEDED }, () => happening(Math.floor(random() * HAPPENINGS))),
  told('model.connected', 'when the model has just been reached'),
  told('tool.started', 'while times are looked up', ({ tool }) => tool === 'check_availability'),
  told('tool.finished', 'when times were just found', ({ tool }) => tool === 'check_availability'),
  told('turn.caller', 'with the first wish just understood', ({ n }) => n === 2),
  told('turn.caller', 'with a time just chosen, its hold on the way', ({ n }) => n === 4),
  told('tool.started', 'while the booking is being committed', ({ tool }) => tool === 'book_appointment'),
  told('tool.finished', 'right after the booking', ({ tool }) => tool === 'book_appointment'),
  word(/booked/, 'at the word “booked”'),
  word(/^Ava,$/, 'in the middle of the greeting'),
];

let ava: AvaStand;
const crashes: unknown[] = [];
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: 8 });
  for (const name of ['call.crashed', 'process.unhandled', 'http.failed'] as const) {
    ava.events.on(name, (event) => crashes.push(event));
  }
});
afterAll(() => ava.stop());

/** A part of the day, so that several times are offered, one is chosen by words and held. */
const WISHES = ['Tuesday', 'Wednesday', 'Thursday', 'Friday'].flatMap((day) => [`${day} morning`, `${day} afternoon`]);

const sessionsWithoutCaller = (): number =>
  ava.openai.sessions().length - ava.twilio.calls().filter((call) => !call.isOver).length;

/** Resolves once there are no more model sessions than callers; rejects where there are after a second. */
async function sessionGone(): Promise<void> {
  for (let turn = 0; sessionsWithoutCaller() > 0; turn += 1) {
    if (turn === SESSION_TURNS) throw new Error('a model session outlived its call by a second');
    await sleep(TURN_MS);
  }
}

/** Lets a caller book until the moment has come; resolves when the call is over, and its model session with it. */
async function hangUpAt(moment: Moment, n: number): Promise<Call> {
  const who = { when: WISHES[n % WISHES.length] ?? '', phone: `+1555040${1000 + n}`, name: `Caller Number${n}` };
  const call = ava.place(scenario('book', who), { from: who.phone });
  const unwatch = moment.watch(ava, call, () => call.hangUp());
  await call.ended;
  unwatch();
  await sessionGone();
  return call;
}

interface Left {
  readonly calls: number;
  readonly holds: number;
  /** Rows that keep a time for an appointment of this conversation, and doorbells for its calendar. */
  readonly occupied: number;
  readonly doorbells: number;
}

async function leftOf({ id }: StoredConversation, callSid: string): Promise<Left | undefined> {
  const [left] = await ava.database.withClinic(
    ava.clinic.id,
    'left_behind',
    (sql) => sql<Left[]>`
      select (select count(*)::int from calls where call_sid = ${callSid} and status = 'ended') as calls,
             (select count(*)::int from holds where conversation_id = ${id}) as holds,
             (select count(*)::int from occupied o join appointments a on a.id = o.appointment_id
               where a.conversation_id = ${id}) as occupied,
             (select count(*)::int from outbox o join appointments a on a.id = o.subject_id
               where a.conversation_id = ${id} and o.kind = 'sync_appointment') as doorbells`,
  );
  return left;
}

/** Where what was said or recorded and what is booked differ. */
function contradictions({ heardText }: Call, { outcome, appointments, toolCalls }: StoredConversation): string[] {
  const answeredYes = toolCalls.some((tool) => tool.name === 'book_appointment' && tool.success);
  const saidYes = heardText.includes("You're booked");
  const checks: readonly (readonly [boolean, string])[] = [
    [appointments.length > 1, 'booked twice'],
    [appointments.length === 0 && saidYes, 'said to be booked, and is not'],
    [appointments.length === 0 && answeredYes, 'answered as booked, and is not'],
    [outcome !== 'appointment_scheduled' && answeredYes, `booked, and the outcome is ${outcome}`],
  ];
  return checks.filter(([found]) => found).map(([, what]) => what);
}

async function expectNothingLeft(call: Call): Promise<void> {
  const record = await ava.conversation(call);
  const left = await until('the hold to be dropped', HOLD_MS, async () => {
    const found = await leftOf(record, call.sid);
    return found?.holds === 0 ? found : undefined;
  });
  // What was under way may be committed a moment after the record was closed: then wholly.
  const { appointments, toolCalls } = await ava.conversation(call);
  expect(left).toEqual({ calls: 1, holds: 0, occupied: appointments.length, doorbells: appointments.length });
  expect(contradictions(call, { ...record, appointments, toolCalls })).toEqual([]);
}

describe(`a caller who hangs up (seed ${SEED})`, () => {
  const groups = Array.from({ length: Math.ceil(MOMENTS.length / TOGETHER) }, (_, i) => i * TOGETHER);

  it.each(groups)(
    'at any of the moments from %i on leaves a closed record and nothing else',
    {
      timeout: 60_000,
    },
    async (from) => {
      const calls = await Promise.all(
        MOMENTS.slice(from, from + TOGETHER).map(async (moment, i) => {
          const call = await hangUpAt(moment, from + i);
          return { call, name: moment.name };
        }),
      );
      expect(ava.openai.sessions()).toEqual([]);
      for (const { call, name } of calls) {
        await expectNothingLeft(call).catch((error: unknown) => {
          throw new Error(`the caller hung up ${name}, having heard “${call.heardText}”`, { cause: error });
        });
      }
      expect(calls.filter(({ call }) => call.end?.by === 'phone').length).toBeGreaterThan(TOGETHER / 2);
      expect(crashes).toEqual([]);
    },
  );

  it('is no longer counted among the calls', async () => {
    const page = await fetch(`http://127.0.0.1:${ava.node.opsPort}/metrics`);
    expect(await page.text()).toMatch(/^ava_calls_active 0$/m);
  });
});
