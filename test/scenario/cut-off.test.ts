/** A call that breaks off for good goes on in writing, with what was offered and chosen in it, to the booking. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversationByText } from '../../db/conversation-reader.ts';
import { instantOf } from '../../src/domain/clinic-time.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { RADIANCE } from '../support/outside.ts';
import { GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';
import { type Answers, converse, type Texter, texter } from '../support/texter.ts';

const QUICK = { settleMs: 30, wordlessMs: 30, usefulForMs: 3_600_000 };
const LIMIT_MS = 60_000;
const BOOKED = /You're booked/;
const ANSWERS: Answers = [
  [/your full name/i, 'Jordan Lee'],
  [/phone number/i, 'This number is fine'],
  [/email/i, 'No email, thank you'],
];

let ava: AvaStand;
beforeAll(async () => {
  // A Monday, ten in the morning in New York; nobody answers the staff line.
  ava = await startAva({ at: '2026-11-23T15:00:00Z', staff: { kind: 'busy' }, threadTimes: QUICK });
});
afterAll(() => ava.stop());

it('a call whose stream dies again and again, with nobody of staff there: the chosen time is held, and booked in writing', {
  timeout: LIMIT_MS,
}, async () => {
  const who = texter(ava.twilio, '+15550118888', RADIANCE);
  const call = ava.place(undefined, { from: who.phone });
  await hears(call, GREETED);
  await says(call, WISH, NAME_ASKED);
  ava.twilio.faults = { mediaKill: { afterMs: 0 } };
  await call.ended;
  ava.twilio.faults = {};
  expect(await firstText(who)).toMatch(
    /^This is Ava, the AI assistant of Radiance Med Spa\. I'm sorry, our call was cut off\. .* November 24th at 2 PM\. Would/,
  );
  const startsAt = instantOf('2026-11-24', 14 * 60, 'America/New_York');
  await until('a hold', 5_000, async () => {
    const held = await ava.database.unbound('holds', (sql) => sql`select starts_at as at from holds`);
    return held.some(({ at }) => at === startsAt) ? true : undefined;
  });
  await converse(who, 'Yes, please', ANSWERS, BOOKED);
  const record = await inWriting(who);
  expect(record.appointments).toMatchObject([{ service: 'Botox', startsAt, customer: 'Jordan Lee', phone: who.phone }]);
  expect(record.turns.filter(({ role }) => role === 'assistant').map(({ text }) => text)).toEqual(who.received());
});

it('a call whose caller is gone: they choose among what was offered, and what they said is known', {
  timeout: LIMIT_MS,
}, async () => {
  const who = texter(ava.twilio, '+15550118889', RADIANCE);
  const call = ava.place(undefined, { from: who.phone });
  await hears(call, GREETED);
  await says(call, "I'd like to book a Hydrafacial for Thursday. My name is Jordan Lee.", /would you like\?/);
  ava.twilio.faults = { mediaKill: { afterMs: 0 }, action: { delayMs: 'never' } };
  await hangUpAfterStream(call);
  await call.ended;
  ava.twilio.faults = {};
  const [, second = ''] = (await firstText(who)).match(/\w+, \w+ \d+\w+ at [\d:]+ [AP]M/g) ?? [];
  expect(second).not.toBe('');
  expect(await converse(who, 'The second one', ANSWERS, BOOKED)).toContain(second);
  const { appointments, toolCalls } = await inWriting(who);
  expect(appointments).toMatchObject([{ service: 'Hydrafacial', customer: 'Jordan Lee', phone: who.phone }]);
  expect(toolCalls.map(({ name }) => name)).toEqual(['book_appointment']);
  expect(who.received().join(' ')).not.toMatch(NAME_ASKED);
});

function firstText(who: Texter): Promise<string> {
  return until('a text', 15_000, () => who.received()[0]);
}

function inWriting({ phone }: Texter) {
  return until('a thread', 5_000, () => conversationByText(ava.database, ava.clinic.id, phone));
}

/** Once nobody hears the caller any more. */
async function hangUpAfterStream(call: Call): Promise<void> {
  await until('the stream to end', 5_000, () => call.events.past.find(({ type }) => type === 'stream-ended'));
  call.hangUp();
}
