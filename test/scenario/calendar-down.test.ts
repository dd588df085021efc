import { describe, expect, it } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { OPEN, STORY_MS } from '../support/story.ts';

/** Copies of calendars are asked about in the call as soon as they are a second old. */
const IMPATIENT = { CALENDAR_MAX_STALENESS_S: '1' };

async function copiesAreOld(ava: AvaStand): Promise<void> {
  await until('the copies to be older than they may be', 10_000, async () => {
    const rows = await ava.database.unbound(
      'age',
      (sql) => sql`select from calendar_mirrors where mirrored_at > now() - interval '1 second'`,
    );
    return rows.length === 0 ? true : undefined;
  });
}

describe('a calendar whose credentials break', { timeout: STORY_MS }, () => {
  it('costs the caller the booking, but not the call: they are asked for their details', async ({ onTestFinished }) => {
    const ava = await startAva({ at: OPEN, environment: IMPATIENT });
    onTestFinished(() => ava.stop());
    const broke: object[] = [];
    ava.events.on('tool.broke', (event) => broke.push(event));
    ava.google.tokens.revoke();
    await copiesAreOld(ava);
    const call = ava.place(scenario('calendar-down'));
    await call.ended;
    const conversation = await ava.conversation(call);
    expect(call.heardText).toMatch(/having trouble accessing the calendar right now.*take your information/);
    const [checked] = conversation.toolCalls.filter(({ name }) => name === 'check_availability');
    expect(checked).toMatchObject({ success: false, error: 'calendar_unavailable' });
    expect(broke[0]).toMatchObject({
      callSid: call.sid,
      conversationId: conversation.id,
      tool: 'check_availability',
      code: 'calendar_unavailable',
      error: { stack: expect.stringContaining('CalendarTrouble') },
    });
    expect(conversation.outcome).toBe('escalated');
    const [account] = await ava.database.unbound(
      'account',
      (sql) => sql`select status, trouble from calendar_accounts`,
    );
    expect(account).toMatchObject({ status: 'disconnected', trouble: expect.stringMatching(/invalid_grant/) });
  });

  it('and are restored in the middle of a call gives the caller their time after all', async ({ onTestFinished }) => {
    const ava = await startAva({ at: OPEN, environment: IMPATIENT });
    onTestFinished(() => ava.stop());
    const call = ava.place(undefined);
    await call.waitFor(/How can I help you today\?/, 20_000);
    ava.google.tokens.revoke();
    await copiesAreOld(ava);
    await call.say("I'd like to book a Botox appointment for tomorrow at 2 PM.");
    await call.waitFor(/trouble accessing the calendar/, 20_000);
    ava.google.tokens.restore();
    await until('the trouble to be over', 10_000, async () => {
      const rows = await ava.database.unbound(
        'trouble',
        (sql) => sql`select from calendar_mirrors where trouble_at > now() - interval '2 seconds'`,
      );
      return rows.length === 0 ? true : undefined;
    });
    await call.say('Please check Botox for tomorrow at 2 PM again.');
    await call.waitFor(/2 PM.*\?/, 20_000);
    call.hangUp();
    await call.ended;
    const { toolCalls } = await ava.conversation(call);
    expect(toolCalls.map(({ success }) => success)).toEqual([false, true]);
  });
});

it('what a provider puts into their own calendar is known at once, and not offered', { timeout: STORY_MS }, async ({
  onTestFinished,
}) => {
  const ava = await startAva({ at: OPEN });
  onTestFinished(() => ava.stop());
  const copies = (what: string, condition: string, count: number) =>
    until(what, 20_000, async () => {
      const rows = await ava.database.unbound('copies', (sql) => sql.unsafe(condition));
      return rows.length === count ? true : undefined;
    });
  await copies('all calendars to be copied', 'select from calendar_mirrors where channel_id is not null', 5);
  const tomorrow = { start: { date: '2026-11-24' }, end: { date: '2026-11-25' } };
  for (const id of ['priya@radiance.test', 'elena@radiance.test']) ava.google.calendars.find(id)?.insert(tomorrow);
  // Long before the next look would have been due: the calendars knocked.
  await copies('what is new to be copied', 'select from calendar_busy', 2);
  const call = ava.place(undefined);
  await call.waitFor(/How can I help you today\?/, 20_000);
  await call.say("I'd like to book a Botox appointment for tomorrow at 2 PM.");
  await call.waitFor(/fully booked tomorrow/, 20_000);
  call.hangUp();
  await call.ended;
  expect((await ava.conversation(call)).outcome).toBe('browsing');
});
