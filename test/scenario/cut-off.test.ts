/** A call that breaks off for good goes on in writing, with the time that its caller had chosen. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversationByText } from '../../db/conversation-reader.ts';
import { instantOf } from '../../src/domain/clinic-time.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { RADIANCE } from '../support/outside.ts';
import { GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';
import { texter } from '../support/texter.ts';

const QUICK = { settleMs: 30, wordlessMs: 30, usefulForMs: 3_600_000 };

let ava: AvaStand;
beforeAll(async () => {
  // A Monday, ten in the morning in New York; nobody answers the staff line.
  ava = await startAva({ at: '2026-11-23T15:00:00Z', staff: { kind: 'busy' }, threadTimes: QUICK });
});
afterAll(() => ava.stop());

it.each([
  [
    'its stream dies again and again, and nobody of staff answers',
    '+15550118888',
    '14:00',
    { mediaKill: { afterMs: 0 } },
  ],
  [
    'its stream dies, and the caller is gone',
    '+15550118889',
    '15:00',
    { mediaKill: { afterMs: 0 }, action: { delayMs: 'never' } },
  ],
] as const)('keeps the slot and writes to them where %s', { timeout: 60_000 }, async (_, phone, time, faults) => {
  const hour = Number(time.slice(0, 2)) - 12;
  const who = texter(ava.twilio, phone, RADIANCE);
  const call = ava.place(undefined, { from: phone });
  await hears(call, GREETED);
  await says(call, WISH.replace('2 PM', `${hour} PM`), NAME_ASKED);
  ava.twilio.faults = faults;
  if ('action' in faults) await hangUpAfterStream(call);
  await call.ended;
  ava.twilio.faults = {};
  const [first = ''] = await until('a text', 15_000, () => (who.received().length > 0 ? who.received() : undefined));
  expect(first).toMatch(/^This is Ava, the AI assistant of Radiance Med Spa\. I'm sorry, our call was cut off\./);
  expect(first).toContain(`November 24th at ${hour} PM. Would that suit you?`);
  const startsAt = instantOf('2026-11-24', Number(time.slice(0, 2)) * 60, 'America/New_York');
  await until('a hold', 5_000, async () => {
    const held = await ava.database.unbound('holds', (sql) => sql`select starts_at as at from holds`);
    return held.some(({ at }) => at === startsAt) ? true : undefined;
  });
  const conversation = await conversationByText(ava.database, ava.clinic.id, phone);
  expect(conversation).toMatchObject({ status: 'active', turns: [{ role: 'assistant', text: first }] });
});

/** Once nobody hears the caller any more. */
async function hangUpAfterStream(call: Call): Promise<void> {
  await until('the stream to end', 5_000, () => call.events.past.find(({ type }) => type === 'stream-ended'));
  call.hangUp();
}
