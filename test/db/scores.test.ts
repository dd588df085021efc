import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresHousekeeping } from '../../db/housekeeping.ts';
import { postgresOutbox, SCORE_CONVERSATION } from '../../db/outbox.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { rescore } from '../../db/rescoring.ts';
import { postgresScoreStore } from '../../db/scores.ts';
import { RUBRIC_VERSION } from '../../src/domain/rubric.ts';
import type { ScoreClaim, ScoreStore } from '../../src/domain/score-store.ts';
import { NEUTRAL, type Verdict } from '../../src/domain/scores.ts';
import { responseUsage } from '../../src/domain/usage.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

let fresh: FreshService;
let database: Database;
let scores: ScoreStore;

beforeEach(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 6 });
  scores = postgresScoreStore(database);
});
afterEach(async () => {
  await database.close();
  await fresh.drop();
});

type Conversation = ReturnType<typeof conversationOf>;

async function recorded(...entries: Parameters<ReturnType<typeof postgresConversationLog>['write']>[0][]) {
  const log = postgresConversationLog(database);
  for (const entry of entries) log.write(entry);
  await log.close(10_000);
}

/** A conversation of two turns that has ended. */
async function ended(clinicId: string = radiance.id): Promise<Conversation> {
  const each = conversationOf(clinicId);
  await recorded(each.started, each.turn(1, 'Hello?'), each.turn(2, 'Botox, please.'), each.ended());
  return each;
}

const VERDICT: Verdict = {
  score: {
    sentiment: 'mixed',
    satisfaction: 6.5,
    summary: 'She wanted Botox. "None" was free.',
    topics: ['botox, "now"', 'waiting'],
    followUpNeeded: true,
  },
  model: 'gpt-5.4-nano',
  usage: responseUsage('gpt-5.4-nano', {
    textIn: 1_000,
    textInCached: 0,
    audioIn: 0,
    audioInCached: 0,
    textOut: 100,
    audioOut: 0,
  }),
};
const NO_MODEL: Verdict = { score: NEUTRAL, model: null, usage: null };

const stored = (clinicId: string) =>
  database.withClinic(
    clinicId,
    'read',
    (sql) => sql`
      select rubric_version as version, sentiment, satisfaction::float8 as satisfaction, summary, to_json(topics) as topics,
             follow_up_needed as "followUp", scoring_failed as failed, model, cost_usd::float8 as cost
      from scores order by rubric_version`,
  );
const claimOf = ({ clinicId, conversationId }: Pick<Conversation, 'clinicId' | 'conversationId'>, forMs = 60_000) =>
  scores.claim({ clinicId, conversationId, token: randomUUID(), forMs });

async function claimed(conversation: Conversation, forMs?: number): Promise<ScoreClaim> {
  const claim = await claimOf(conversation, forMs);
  if (claim === null) throw new Error('nothing was owed');
  return claim;
}

const keep = async (conversation: Conversation, verdict: Verdict, failed = false) =>
  scores.keep(await claimed(conversation), verdict, failed);

/** What the relay would tell the queue of now. */
const rung = async () =>
  (await postgresOutbox(database).ring([SCORE_CONVERSATION], 100, 60_000)).map(({ subjectId }) => subjectId);

describe('a score is owed', () => {
  it('to a conversation with its end, and not before', async () => {
    const conversation = conversationOf();
    await recorded(conversation.started, conversation.turn(1, 'Hello?'));
    expect(await rung()).toEqual([]);
    expect(await claimOf(conversation)).toBeNull();
    await recorded(conversation.turn(2, 'Botox, please.'), conversation.ended('browsing'));
    expect(await rung()).toEqual([conversation.conversationId]);
    expect(await claimOf({ ...conversation, clinicId: lumen.id })).toBeNull();
    expect(await claimOf(conversation)).toMatchObject({
      attempts: 1,
      conversation: {
        outcome: 'browsing',
        turns: [
          { role: 'assistant', text: 'Hello?' },
          { role: 'customer', text: 'Botox, please.' },
        ],
      },
    });
  });

  it('once, though its end is written again', async () => {
    const conversation = await ended();
    await keep(conversation, VERDICT);
    await recorded(conversation.ended());
    expect([await rung(), await claimOf(conversation)]).toEqual([[], null]);
  });

  it('to a conversation whose node was lost', async () => {
    const conversation = conversationOf();
    await recorded(conversation.started, conversation.turn(1, 'Hello?'));
    await database.unbound(
      'nodes',
      (sql) => sql`
        insert into nodes (node_id, role, started_at, heartbeat_at, beating_since)
        values ('node-a', 'all', now() - interval '1 day', now() - interval '1 hour', now() - interval '1 day'),
               ('witness', 'all', now() - interval '1 day', now(), now() - interval '1 day')`,
    );
    expect(await postgresHousekeeping(database).endLostCalls(60_000)).toBe(1);
    expect(await rung()).toEqual([conversation.conversationId]);
  });
});

describe('a claim', () => {
  it('is one’s alone of many, and keeps the bell still', async () => {
    const conversation = await ended();
    const claims = await Promise.all(Array.from({ length: 6 }, () => claimOf(conversation)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    expect(await rung()).toEqual([]);
  });

  it('lapses, and what it brings afterwards does not count', async () => {
    const conversation = await ended();
    const lost = await claimed(conversation, 0);
    expect(await rung()).toEqual([conversation.conversationId]);
    const next = await claimed(conversation);
    expect(next.attempts).toBe(2);
    expect(await scores.keep(lost, VERDICT, false)).toBe(false);
    await scores.leave(lost, 0, 'timeout');
    expect(await stored(radiance.id)).toEqual([]);
    expect(await claimOf(conversation)).toBeNull();
    expect(await scores.keep(next, VERDICT, false)).toBe(true);
  });

  it('is left for a while, counted where it was an attempt', async () => {
    const conversation = await ended();
    await scores.leave(await claimed(conversation), 0, null);
    const claim = await claimed(conversation);
    expect(claim.attempts).toBe(1);
    await scores.leave(claim, 0, 'rate_limit');
    const again = await claimed(conversation);
    expect(again.attempts).toBe(2);
    await scores.leave(again, 60_000, 'rate_limit');
    expect([await rung(), await claimOf(conversation)]).toEqual([[], null]);
  });

  it('of a conversation that was erased ends with it', async () => {
    const conversation = await ended();
    await database.unbound('erase', (sql) => sql`delete from calls`);
    await database.unbound('erase', (sql) => sql`delete from conversations`);
    expect(await claimOf(conversation)).toBeNull();
    expect(await rung()).toEqual([]);
    expect((await postgresOutbox(database).count()).pending).toBe(0);
  });
});

describe('a score', () => {
  it('is kept as it is, and nothing is owed any more', async () => {
    const conversation = await ended();
    expect(await keep(conversation, VERDICT)).toBe(true);
    expect(await stored(radiance.id)).toEqual([
      {
        version: RUBRIC_VERSION,
        sentiment: 'mixed',
        satisfaction: 6.5,
        summary: 'She wanted Botox. "None" was free.',
        topics: ['botox, "now"', 'waiting'],
        followUp: true,
        failed: false,
        model: 'gpt-5.4-nano',
        cost: 0.000325,
      },
    ]);
    expect(await claimOf(conversation)).toBeNull();
    expect(await stored(lumen.id)).toEqual([]);
  });

  it('replaces one of the same version, and none of another', async () => {
    const conversation = await ended();
    const again = () => rescore(database, { clinicId: null, since: null, failedOnly: false });
    await keep(conversation, NO_MODEL, true);
    expect(await stored(radiance.id)).toMatchObject([
      { sentiment: 'neutral', satisfaction: 5, summary: null, topics: [], failed: true, model: null, cost: null },
    ]);
    await database.unbound('older', (sql) => sql`update scores set rubric_version = rubric_version + 100`);
    await again();
    await keep(conversation, NO_MODEL, true);
    await again();
    await keep(conversation, VERDICT);
    expect(await stored(radiance.id)).toMatchObject([
      { version: RUBRIC_VERSION, failed: false, satisfaction: 6.5 },
      { version: RUBRIC_VERSION + 100, failed: true },
    ]);
  });

  it('is not lost to a later failure, which settles the matter all the same', async () => {
    const conversation = await ended();
    await keep(conversation, VERDICT);
    await rescore(database, { clinicId: null, since: null, failedOnly: false });
    await keep(conversation, NO_MODEL, true);
    expect(await stored(radiance.id)).toMatchObject([{ satisfaction: 6.5, failed: false }]);
    expect(await claimOf(conversation)).toBeNull();
  });
});

describe('scoring again', () => {
  const all = { clinicId: null, since: null, failedOnly: false };

  it('is owed to whatever has ended, of all clinics or one', async () => {
    const [here, there] = [await ended(), await ended(lumen.id)];
    const running = conversationOf();
    await recorded(running.started);
    for (const each of [here, there]) await keep(each, VERDICT);
    expect(await rescore(database, { ...all, clinicId: lumen.id })).toBe(1);
    expect(await rung()).toEqual([there.conversationId]);
    expect(await rescore(database, all)).toBe(2);
    expect(await claimOf(there)).toMatchObject({ attempts: 1 });
    expect(await claimOf(running)).toBeNull();
  });

  it('is for those that failed, or ended since', async () => {
    const [failed, fine] = [await ended(), await ended()];
    await keep(failed, NO_MODEL, true);
    await keep(fine, VERDICT);
    expect(await rescore(database, { ...all, failedOnly: true })).toBe(1);
    expect(await rung()).toEqual([failed.conversationId]);
    const endedAt = fine.ended().endedAt;
    expect(await rescore(database, { ...all, since: new Date(endedAt + 1) })).toBe(0);
    expect(await rescore(database, { ...all, since: new Date(endedAt) })).toBe(2);
  });

  it('leaves room for the calls of the day', async () => {
    for (let n = 0; n < 3; n++) await keep(await ended(), VERDICT);
    await keep(await ended(lumen.id), VERDICT);
    await rescore(database, { ...all, clinicId: radiance.id });
    const gaps = await database.unbound(
      'read',
      (sql) => sql`
        select round(extract(epoch from ring_at - min(due_at) over ()) * 1000)::int as ms
        from outbox where status = 'due' order by 1`,
    );
    expect(gaps.map(({ ms }) => ms)).toEqual([0, 500, 1_000]);
    expect(await rung()).toHaveLength(1);
  });
});
