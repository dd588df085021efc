import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgresCallRegister } from '../../../db/call-register.ts';
import { postgresConversationLog } from '../../../db/conversations.ts';
import type { Database, Sql } from '../../../db/postgres.ts';
import { headOf, itemOf, restored } from '../../../src/bin/call-snapshot.ts';
import { runReplayCommand } from '../../../src/bin/ops/replay-command.ts';
import { claimOf } from '../../contract/call-register.ts';
import { conversationOf } from '../../contract/conversation-log.ts';
import { ownDatabase } from '../../support/own-database.ts';
import { callSpoken, folded } from '../../support/recorded-call.ts';

let database: Database;
ownDatabase((opened) => {
  database = opened;
});

/** A call that was recorded and is over, and its state before that. */
async function recordedCall() {
  const { started, ended, conversationId } = conversationOf();
  const callSid = `CA${conversationId}`;
  const log = postgresConversationLog(database);
  log.write(started);
  const state = callSpoken(log, conversationId, callSid);
  log.write(ended());
  await log.close(10_000);
  return { conversationId, callSid, state };
}

const changed = (statement: (sql: Sql) => Promise<unknown>): Promise<unknown> => database.unbound('change', statement);

describe('npm run ops -- replay', () => {
  it('tells a call message by message, by its id and by its CallSid', async () => {
    const { conversationId, callSid } = await recordedCall();
    const { story, isSame } = await runReplayCommand(conversationId, database);
    expect(isSame, story).toBe(true);
    expect(story).toMatch(/^Radiance Med Spa, voice, on node-a \(owner 1\)\n/);
    expect(story).toMatch(
      / 0\.333 s {2}caller_words {"itemId":"u1","text":"Botox, please\."}\n( +→ .*\n)* +→ record\.turn {"kind":"turn","n":2,/,
    );
    expect(story).toMatch(/\nThe same: 10 messages, and all that came of them\.\n$/);
    expect(await runReplayCommand(callSid, database)).toEqual({ story, isSame });
  });

  it('says at which message what came was something else, then and now', async () => {
    const { conversationId } = await recordedCall();
    await changed(
      (sql) => sql`
        update call_events set message = '{"type":"caller_words","itemId":"u1","text":"Nothing."}'
        where conversation_id = ${conversationId} and n = 10`,
    );
    const { story, isSame } = await runReplayCommand(conversationId, database);
    expect(isSame).toBe(false);
    expect(story).toMatch(
      /differs at message 10:\n +wanted done then: record\.turn~\w{6} .*\n +wanted done now: {2}record\.turn~/,
    );
    expect(story).toMatch(/ +record\.turn~\w{6} = .*"text":"Nothing\."/);
    expect(story).toMatch(/ +history~\w{6} = \[.*"text":"Nothing\."/);
    expect(story).toMatch(/\nNot the same, or not all there: see above\.\n$/);
  });

  it('begins anew where another node took the call up', async () => {
    const { started, ended, conversationId } = conversationOf();
    const callSid = `CA${conversationId}`;
    const log = postgresConversationLog(database);
    log.write(started);
    const state = callSpoken(log, conversationId, callSid);
    await log.settled(10_000);
    const claim = await postgresCallRegister(database).claim(claimOf({ callSid, conversationId, node: 'node-b' }));
    const fence = { callSid, epoch: claim.kind === 'claimed' ? claim.epoch : 0 };
    const kept = restored(headOf(state), state.history.map(itemOf));
    const messages = [
      { type: 'taken_up', brokeAt: state.startedAt + 400, node: 'node-b' },
      { type: 'model_ready', first: true },
    ] as const;
    folded(log, kept, messages, fence);
    log.write({ ...ended(), fence });
    await log.close(10_000);
    const { story, isSame } = await runReplayCommand(callSid, database);
    expect(isSame, story).toBe(true);
    expect(story).toMatch(/\(owner 1\)\n(.*\n)+Radiance Med Spa, .* \(owner 2\)\n.* taken_up {/);
    expect(story).toMatch(/\nThe same: 12 messages/);
  });

  it('says where the record has a gap, and that the call still goes on', async () => {
    const { conversationId } = await recordedCall();
    await changed((sql) => sql`delete from call_events where conversation_id = ${conversationId} and n in (5, 6)`);
    await changed(
      (sql) => sql`update conversations set status = 'active', outcome = null, ended_by = null, ended_at = null
                               where id = ${conversationId}`,
    );
    const { story, isSame } = await runReplayCommand(conversationId, database);
    expect(isSame).toBe(false);
    expect(story).toMatch(/^This call is not over yet\.\n/);
    expect(story).toMatch(
      /Message 5 was never stored: beyond it nothing can be said\.\nNot the same, or not all there/,
    );
  });

  it.each<[string, RegExp, (conversationId: string) => (sql: Sql) => Promise<unknown>]>([
    [
      'has nothing left of',
      /Nothing is kept of how .* went: it is older than 14 days/,
      (id) => (sql) => sql`delete from call_events where conversation_id = ${id}`,
    ],
    [
      'has lost the beginning of',
      /what it began from is no longer kept/,
      (id) => (sql) => sql`delete from call_events where conversation_id = ${id} and n < 3`,
    ],
    [
      'does not know the schema of',
      /schema 99, and 1 is known here/,
      (id) => (sql) =>
        sql`update call_events set message = jsonb_set(message::jsonb, '{schema}', '99')::json where conversation_id = ${id} and n = 0`,
    ],
    [
      'cannot read the state of',
      /what the call began from cannot be read by this release/,
      (id) => (sql) =>
        sql`update call_events set message = jsonb_set(message::jsonb, '{state,mode}', '"singing"')::json where conversation_id = ${id} and n = 0`,
    ],
    [
      'does not know a message of',
      /message 4 cannot be read by this release: there is no such message here: {"type":"sung"}/,
      (id) => (sql) => sql`update call_events set message = '{"type":"sung"}' where conversation_id = ${id} and n = 4`,
    ],
  ])('says so where it %s the call', async (_what, complaint, damage) => {
    const { conversationId } = await recordedCall();
    await changed(damage(conversationId));
    await expect(runReplayCommand(conversationId, database)).rejects.toThrow(complaint);
  });

  it.each([randomUUID(), 'CA0', "x' or true --"])('knows no call %s', async (call) => {
    await expect(runReplayCommand(call, database)).rejects.toThrow(`There is no call ${call}.`);
  });
});
