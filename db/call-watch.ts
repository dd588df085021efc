/**
 * The watch over calls, in the rows of `calls` and `nodes`: across clinics, and by the database's clock alone. A call of
 * a silent owner goes to one asker: whoever marks its row, which is skipped while somebody else does. Every statement is
 * answered from the calls that live now, or from those that are named.
 */
import { z } from 'zod';
import { ASKED_AGAIN_MS, type CallWatch, OWNER_SILENT_MS } from '../src/domain/call-watch.ts';
import { hasWitness } from './nodes.ts';
import type { Database } from './postgres.ts';

const silentCall = z
  .object({ callSid: z.string(), clinicId: z.string(), epoch: z.number(), to: z.string(), sinceMs: z.number() })
  .transform((call) => ({ ...call, cause: 'owner_silent' as const }));
const callNews = z.object({ callSid: z.string(), epoch: z.number(), kind: z.enum(['lost', 'left']) });

/** As `node` has it, whose own calls it never finds silent. */
export function postgresCallWatch(database: Database, node: string): CallWatch {
  return {
    async takeSilent(limit, forMs) {
      const rows = await database.unbound(
        'take_silent_calls',
        (sql) => sql`
          update calls as c set asked_at = now()
          from (
            select c.call_sid, extract(epoch from now() - n.heartbeat_at)::float8 * 1000 as since_ms
            from nodes n
            join calls c on c.owner_node = n.node_id and c.status = 'live'
            left join conversations v on v.id = c.conversation_id
            cross join lateral (select ${OWNER_SILENT_MS}::float8 * interval '1 ms' as silence) as limits
            where n.node_id <> ${node} and n.heartbeat_at < now() - silence
              and n.heartbeat_at > now() - ${forMs}::float8 * interval '1 ms'
              and c.claimed_at < now() - silence
              and (c.asked_at is null or c.asked_at < now() - ${ASKED_AGAIN_MS}::float8 * interval '1 ms')
              and coalesce(v.channel, 'voice') = 'voice'
              and ${hasWitness(sql)}
            -- Nodes that ask at once shall not ask for the same calls.
            order by random()
            limit ${limit}
            for update of c skip locked) as silent
          where c.call_sid = silent.call_sid
          returning c.call_sid as "callSid", c.clinic_id as "clinicId", c.owner_epoch as epoch, c.to_phone as to,
                    silent.since_ms as "sinceMs"`,
      );
      return rows.map((row) => silentCall.parse(row));
    },
    async isSilent({ callSid, epoch }) {
      const rows = await database.unbound(
        'is_call_silent',
        (sql) => sql`
          select from calls c join nodes n on n.node_id = c.owner_node
          where c.call_sid = ${callSid} and c.owner_epoch = ${epoch} and c.status = 'live'
            and n.heartbeat_at < now() - ${OWNER_SILENT_MS}::float8 * interval '1 ms'`,
      );
      return rows.length > 0;
    },
    async newsOf(calls) {
      if (calls.length === 0) return [];
      const rows = await database.unbound(
        'news_of_calls',
        (sql) => sql`
          select mine."callSid", mine.epoch,
                 case when c.status = 'ended' or c.owner_epoch > mine.epoch then 'lost' else 'left' end as kind
          from json_to_recordset(${JSON.stringify(calls)}::text::json) as mine("callSid" text, epoch int)
          join calls c on c.call_sid = mine."callSid"
          where c.status = 'ended' or c.owner_epoch > mine.epoch or c.left_at is not null`,
      );
      return rows.map((row) => callNews.parse(row));
    },
    noteLeft: (callSid) =>
      database.unbound('note_caller_left', async (sql) => {
        await sql`
          update calls set left_at = now() where call_sid = ${callSid} and status = 'live' and left_at is null`;
      }),
  };
}
