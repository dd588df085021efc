/** In whose name entries of the conversation record are written, and whether that is still the call's owner. */
import { z } from 'zod';
import type { CallFence } from '../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../src/domain/ports.ts';
import type { Sql } from './postgres.ts';

const ownerRow = z.object({ callSid: z.string(), epoch: z.number() });

/** The entry that begins a phone call is its first owner's, unless it says otherwise. */
export function fenceOf(entry: ConversationEntry): CallFence | null {
  if (entry.fence) return entry.fence;
  return entry.kind === 'started' && entry.call !== null ? { callSid: entry.call.callSid, epoch: 1 } : null;
}

/**
 * The fences of these entries whose calls have a newer owner, each once. Nobody can claim the calls of the others until
 * the transaction ends. Conversations are locked before calls, as by whoever ends them.
 */
export async function findStaleOwners(sql: Sql, entries: readonly ConversationEntry[]): Promise<readonly CallFence[]> {
  const owners = ownersOf(entries);
  if (owners.length === 0) return [];
  // All are locked, and compared there: mostly nobody is stale, and hundreds of rows need not come back. Materialized,
  // since a condition on a subquery would be asked before its rows are locked, and leave the others unlocked.
  const rows = await sql`
    with locked as materialized (
      select named."callSid", named.epoch, c.owner_epoch
      from json_to_recordset(${JSON.stringify(owners)}::text::json) as named(
        "callSid" text, epoch int, "conversationId" uuid)
      join conversations v on v.id = named."conversationId"
      join calls c on c.call_sid = named."callSid"
      order by v.id
      for no key update of v for share of c)
    select distinct "callSid", epoch from locked where owner_epoch > epoch`;
  return rows.map((row) => ownerRow.parse(row));
}

/** A call's entries mostly share one fence, and are told apart by it at no cost. */
function ownersOf(entries: readonly ConversationEntry[]): readonly (CallFence & { readonly conversationId: string })[] {
  const conversations = new Map<CallFence, string>();
  for (const entry of entries) {
    const fence = fenceOf(entry);
    if (fence !== null) conversations.set(fence, entry.conversationId);
  }
  return [...conversations].map(([fence, conversationId]) => ({ ...fence, conversationId }));
}

/** Whether an entry is in the name of one of these. */
export function isOf(owners: readonly CallFence[], entry: ConversationEntry): boolean {
  const fence = fenceOf(entry);
  return owners.some(({ callSid, epoch }) => callSid === fence?.callSid && epoch === fence.epoch);
}
