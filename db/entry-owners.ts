/** In whose name entries of the conversation record are written, and whether that is still the call's owner. */
import { z } from 'zod';
import type { CallFence } from '../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../src/domain/ports.ts';
import type { Sql } from './postgres.ts';

const staleRow = z.object({ callSid: z.string(), epoch: z.number() });

/** The entry that begins a phone call is its first owner's, unless it says otherwise. */
export function fenceOf(entry: ConversationEntry): CallFence | null {
  if (entry.fence) return entry.fence;
  return entry.kind === 'started' && entry.call !== null ? { callSid: entry.call.callSid, epoch: 1 } : null;
}

/**
 * The fences of these entries whose calls have a newer owner. Nobody can claim the calls of the others until the
 * transaction ends. Conversations are locked before calls, as by whoever ends them.
 */
export async function findStaleOwners(sql: Sql, entries: readonly ConversationEntry[]): Promise<readonly CallFence[]> {
  const owners = ownersOf(entries);
  if (owners.length === 0) return [];
  // All are locked before any is compared: by the epoch that stands there then.
  const rows = await sql`
    with locked as materialized (
      select c.call_sid, c.owner_epoch, named.epoch
      from json_to_recordset(${JSON.stringify(owners)}::text::json)
        as named("callSid" text, epoch int, "conversationId" uuid)
      join conversations v on v.id = named."conversationId"
      join calls c on c.call_sid = named."callSid"
      order by v.id
      for no key update of v for share of c)
    select distinct call_sid as "callSid", epoch from locked where owner_epoch > epoch`;
  return rows.map((row) => staleRow.parse(row));
}

/** Many entries are of few calls. */
function ownersOf(entries: readonly ConversationEntry[]): readonly (CallFence & { readonly conversationId: string })[] {
  const known = new Map<string, number>();
  return entries.flatMap((entry) => {
    const { conversationId } = entry;
    const fence = fenceOf(entry);
    if (fence === null || known.get(conversationId) === fence.epoch) return [];
    known.set(conversationId, fence.epoch);
    return [{ ...fence, conversationId }];
  });
}

/** Whether an entry is in the name of one of these. */
export function isOf(owners: readonly CallFence[], entry: ConversationEntry): boolean {
  const fence = fenceOf(entry);
  return owners.some(({ callSid, epoch }) => callSid === fence?.callSid && epoch === fence.epoch);
}
