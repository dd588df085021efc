/** The watch over calls in Postgres: who is found to be looked after by nobody, and by whom. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresCallRegister } from '../../db/call-register.ts';
import { postgresCallWatch } from '../../db/call-watch.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import type { CallWatch } from '../../src/domain/call-watch.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { claimOf } from '../contract/call-register.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const TTL_MS = 120_000;
const LIMIT = 10;

let fresh: FreshService;
let database: Database;
let watch: CallWatch;

beforeEach(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 6 });
  watch = postgresCallWatch(database, 'node-b');
});
afterEach(async () => {
  await database.close();
  await fresh.drop();
});

/** A node, silent since so long; its heart has beaten without a gap before. */
const node = (id: string, silentS = 0, steadyS = 3_600) =>
  database.unbound(
    'node',
    (sql) => sql`
      insert into nodes (node_id, role, started_at, heartbeat_at, beating_since)
      values (${id}, 'all', now() - interval '1 day', now() - ${silentS}::float8 * interval '1 s',
              now() - ${silentS + steadyS}::float8 * interval '1 s')
      on conflict (node_id) do update
      set heartbeat_at = excluded.heartbeat_at, beating_since = excluded.beating_since`,
  );

/** A call of `node-a`, which has it since so long. */
async function openCall(ownedS = 60, clinicId: string = radiance.id) {
  const conversation = conversationOf(clinicId);
  const log = postgresConversationLog(database);
  log.write(conversation.started);
  await log.close(10_000);
  const callSid = conversation.started.call?.callSid ?? '';
  await ago('claimed_at', callSid, ownedS);
  return { callSid, clinicId, conversation };
}

const ago = (column: 'claimed_at' | 'asked_at', callSid: string, s: number) =>
  database.unbound(
    'age',
    (sql) => sql`
      update calls set ${sql(column)} = now() - ${s}::float8 * interval '1 s' where call_sid = ${callSid}`,
  );
const taken = async (limit = LIMIT): Promise<string[]> =>
  (await watch.takeSilent(limit, TTL_MS)).map(({ callSid }) => callSid);

describe('the calls of a silent node', () => {
  beforeEach(async () => {
    await node('node-b');
  });

  it('are found five seconds after its last heartbeat, at every clinic', async () => {
    const calls = [await openCall(), await openCall(60, lumen.id)];
    await node('node-a', 4);
    expect(await taken()).toEqual([]);
    await node('node-a', 6);
    const found = await watch.takeSilent(LIMIT, TTL_MS);
    expect(found).toHaveLength(2);
    for (const { callSid, clinicId } of calls) {
      const call = found.find((each) => each.callSid === callSid);
      expect(call).toMatchObject({ clinicId, epoch: 1, to: expect.any(String), cause: 'owner_silent' });
      expect(call?.sinceMs).toBeGreaterThanOrEqual(6_000);
    }
  });

  it('are given to one of those who ask at once, and again after a while', async () => {
    const calls = await Promise.all(Array.from({ length: 8 }, () => openCall()));
    await node('node-a', 6);
    const found = await Promise.all(Array.from({ length: 4 }, () => taken(3)));
    expect(new Set(found.flat()).size).toBe(found.flat().length);
    const all = [...found.flat(), ...(await taken())];
    expect(all.toSorted()).toEqual(calls.map(({ callSid }) => callSid).toSorted());
    expect(await taken()).toEqual([]);
    const [{ callSid } = { callSid: '' }] = calls;
    await ago('asked_at', callSid, 11);
    expect(await taken()).toEqual([callSid]);
  });

  it('are left alone where somebody claimed them since, or they are over, or no telephone’s', async () => {
    const [claimed, over, web] = [await openCall(), await openCall(), await openCall()];
    await node('node-a', 6);
    await postgresCallRegister(database).claim(
      claimOf({ ...claimed, conversationId: claimed.conversation.conversationId, node: 'node-a' }),
    );
    await database.unbound('end', async (sql) => {
      await sql`update calls set status = 'ended', ended_at = now() where call_sid = ${over.callSid}`;
      await sql`update conversations set channel = 'web' where id = ${web.conversation.conversationId}`;
    });
    expect(await taken()).toEqual([]);
    await ago('claimed_at', claimed.callSid, 6);
    expect(await watch.takeSilent(LIMIT, TTL_MS)).toMatchObject([{ callSid: claimed.callSid, epoch: 2 }]);
  });

  it('can be asked about anew as soon as they were claimed', async () => {
    const call = await openCall();
    await node('node-a', 6);
    expect(await taken()).toEqual([call.callSid]);
    await postgresCallRegister(database).claim(
      claimOf({ ...call, conversationId: call.conversation.conversationId, node: 'node-a' }),
    );
    await ago('claimed_at', call.callSid, 6);
    expect(await taken()).toEqual([call.callSid]);
  });

  it('are not what a silent node finds of its own when it is back', async () => {
    await openCall();
    await node('node-a', 6);
    expect(await postgresCallWatch(database, 'node-a').takeSilent(LIMIT, TTL_MS)).toEqual([]);
  });

  it('are nobody’s business any more once they cannot be resumed', async () => {
    await openCall();
    await node('node-a', TTL_MS / 1_000 + 1);
    expect(await taken()).toEqual([]);
  });

  it('are left alone while it may have been the database that was away', async () => {
    await openCall();
    await node('node-a', 6);
    await node('node-b', 0, 10);
    expect(await taken()).toEqual([]);
    await node('node-b', 6);
    expect(await taken()).toEqual([]);
  });

  it('are not waited for where the node froze in the middle of writing for them', async () => {
    const [held, free] = [await openCall(), await openCall()];
    await node('node-a', 6);
    await database.withClinic(held.clinicId, 'frozen', async (sql) => {
      await sql`select from calls where call_sid = ${held.callSid} for share`;
      expect(await taken()).toEqual([free.callSid]);
    });
  });

  it('are its own again where it is back, or somebody else’s by now', async () => {
    const { callSid, clinicId, conversation } = await openCall();
    await node('node-a', 6);
    expect(await watch.isSilent({ callSid, epoch: 1 })).toBe(true);
    await node('node-a');
    expect(await watch.isSilent({ callSid, epoch: 1 })).toBe(false);
    await node('node-a', 6);
    await postgresCallRegister(database).claim(
      claimOf({ callSid, clinicId, conversationId: conversation.conversationId }),
    );
    expect(await watch.isSilent({ callSid, epoch: 1 })).toBe(false);
  });
});

describe('a node that asks about its calls', () => {
  it('hears of those that are others’ by now, or over, or left by their callers, and of no other', async () => {
    const [claimed, over, left, quiet] = [await openCall(), await openCall(), await openCall(), await openCall()];
    const mine = [claimed, over, left, quiet].map(({ callSid }) => ({ callSid, epoch: 1 }));
    expect(await watch.newsOf(mine)).toEqual([]);
    await postgresCallRegister(database).claim(
      claimOf({ ...claimed, conversationId: claimed.conversation.conversationId }),
    );
    await database.unbound(
      'end',
      (sql) => sql`update calls set status = 'ended', ended_at = now() where call_sid = ${over.callSid}`,
    );
    await watch.noteLeft(left.callSid);
    await watch.noteLeft('CA-nobody-knows');
    const news = await watch.newsOf([...mine, { callSid: 'CA-unwritten', epoch: 1 }]);
    const kinds = Object.fromEntries(news.map(({ callSid, kind }) => [callSid, kind]));
    expect(kinds).toEqual({ [claimed.callSid]: 'lost', [over.callSid]: 'lost', [left.callSid]: 'left' });
    expect(await watch.newsOf([{ callSid: claimed.callSid, epoch: 2 }])).toEqual([]);
    expect(await watch.newsOf([])).toEqual([]);
  });
});
