/** A call that breaks off for good goes on in writing, with the time that its caller had chosen. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { conversationByText } from '../../db/conversation-reader.ts';
import { instantOf } from '../../src/domain/clinic-time.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { RADIANCE } from '../support/outside.ts';
import { GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';
import { texter } from '../support/texter.ts';

const QUICK = { settleMs: 30, longestSettleMs: 500, usefulForMs: 3_600_000 };
const PHONE = '+15550118888';

let ava: AvaStand;
beforeAll(async () => {
  // A Monday, ten in the morning in New York; nobody answers the staff line.
  ava = await startAva({ at: '2026-11-23T15:00:00Z', staff: { kind: 'busy' }, threadTimes: QUICK });
});
afterAll(() => ava.stop());

it('keeps the slot and writes to them', { timeout: 60_000 }, async () => {
  const who = texter(ava.twilio, PHONE, RADIANCE);
  const call = ava.place(undefined, { from: PHONE });
  await hears(call, GREETED);
  await says(call, WISH, NAME_ASKED);
  // The media stream dies; staff are dialled in vain, and the call is over.
  ava.twilio.faults = { mediaKill: { afterMs: 0 } };
  await call.ended;
  const [first] = await until('a text', 15_000, () => (who.received().length > 0 ? who.received() : undefined));
  expect(first).toMatch(
    /^This is Ava, the AI assistant of Radiance Med Spa\. I'm sorry, our call was cut off\..* tomorrow, \w+, November 24th at 2 PM\. Would that suit you\?$/,
  );
  const held = () => ava.database.unbound('holds', (sql) => sql`select starts_at as at from holds`);
  const startsAt = instantOf('2026-11-24', 14 * 60, 'America/New_York');
  await until('a hold', 5_000, async () => ((await held())[0]?.['at'] === startsAt ? true : undefined));

  const conversation = await conversationByText(ava.database, ava.clinic.id, PHONE);
  expect(conversation).toMatchObject({ status: 'active', turns: [{ role: 'assistant', text: first }] });
});
