/**
 * Whose live calls are, in Postgres: the rows of `calls` in the clinic's row security. An epoch is given once, by the
 * upsert that claims the call. Every effect of a call that carries a fence locks the row against it, so that a claim
 * waits for what the last owner had begun, and finds it done.
 */
import { z } from 'zod';
import type { CallClaim, CallFence, CallRegister } from '../src/domain/call-keeping.ts';
import { FIRST_EPOCH, StaleOwner } from '../src/domain/call-keeping.ts';
import { ClaimsTogether } from './claims-together.ts';
import type { Database, Sql } from './postgres.ts';
import { storableJson } from './storable-json.ts';

/** A claim waits no longer than this for an effect of the last owner: that one may be frozen in the middle of it. */
const CLAIM_PATIENCE_MS = 1_000;
/** Of that for claims that go together: where one waits the others do, until each goes alone. */
const SHARED_PATIENCE = 0.2;

const epochRow = z.object({ epoch: z.number() });
const ownerRow = epochRow.extend({ callSid: z.string() });

/**
 * Throws where Postgres is out of reach, or the last owner stands in the way for longer than a second (`isOutage`):
 * whether the call is claimed is then unknown. A claim is never made twice of its own accord: the second might take the
 * call from somebody who came in between.
 */
export function postgresCallRegister(
  database: Database,
  { patienceMs = CLAIM_PATIENCE_MS }: { readonly patienceMs?: number } = {},
): CallRegister {
  const together = new ClaimsTogether((clinicId, claims) => claimCalls(database, clinicId, claims, patienceMs));
  return {
    claim: (claim) => together.claim(claim),
    holds: ({ clinicId, ...fence }) =>
      database.withClinic(clinicId, 'holds_call', async (sql) => {
        const [row] = await sql`select owner_epoch as epoch from calls where call_sid = ${fence.callSid}`;
        return isOwner(epochIn(row), fence);
      }),
    knows: ({ callSid, clinicId }) =>
      database.withClinic(clinicId, 'knows_call', async (sql) => {
        const rows = await sql`select from calls where call_sid = ${callSid}`;
        return rows.length > 0;
      }),
  };
}

/** Epochs by CallSid. Rows are locked in the order of their calls, so that two who claim many at once do not block each other. */
async function claimCalls(
  database: Database,
  clinicId: string,
  claims: readonly CallClaim[],
  patienceMs: number,
): Promise<ReadonlyMap<string, number>> {
  const wanted = storableJson(claims.map((claim) => ({ after: FIRST_EPOCH, ...claim })));
  const lockMs = claims.length > 1 ? patienceMs * SHARED_PATIENCE : patienceMs;
  const [, rows] = await database.writeClinic(clinicId, 'claim_call', (sql) => [
    sql`select set_config('lock_timeout', ${`${Math.ceil(lockMs)}ms`}, true)`,
    sql`
        insert into calls (call_sid, clinic_id, conversation_id, owner_node, owner_epoch, resumes, from_phone, to_phone,
                           started_at)
        select "callSid", "clinicId", "conversationId", node, after + 1, 1, "from", "to", to_timestamp("startedAt" / 1000)
        from json_to_recordset(${wanted}::text::json) as c(
          "callSid" text, "clinicId" uuid, "conversationId" uuid, node text, after int, "from" text, "to" text,
          "startedAt" float8)
        order by 1
        on conflict (call_sid) do update
        set owner_node = excluded.owner_node, owner_epoch = greatest(calls.owner_epoch + 1, excluded.owner_epoch),
            resumes = calls.resumes + 1, claimed_at = now(), asked_at = null
        where calls.status = 'live'
        returning call_sid as "callSid", owner_epoch as epoch`,
  ]);
  return ownersIn(rows);
}

/**
 * Does `work` as the owner of a call that the fence names: throws `StaleOwner` where the call has a newer one, whatever
 * became of `work`, so that the transaction is rolled back. Until it ends nobody can claim the call. Costs one statement
 * and no round trip: it is sent together with the first of `work`, and answered before it.
 */
export async function asOwner<T>(sql: Sql, fence: CallFence | null | undefined, work: () => Promise<T>): Promise<T> {
  if (!fence) return work();
  // Both are waited for, whatever becomes of one: nothing of a transaction may be sent after its end.
  const [owned, done] = await Promise.allSettled([lockOwner(sql, fence), work()]);
  if (owned.status === 'rejected') throw owned.reason;
  if (done.status === 'rejected') throw done.reason;
  return done.value;
}

/** Who owns these calls now, for a read that is not to wait for anybody; see `refuseStale`. */
export function selectOwners(sql: Sql, fences: readonly CallFence[]) {
  const callSids = JSON.stringify(fences.map(({ callSid }) => callSid));
  return sql`
    select call_sid as "callSid", owner_epoch as epoch
    from calls
    where call_sid = any (array(select json_array_elements_text(${callSids}::text::json)))`;
}

/** Of rows of `selectOwners`: epochs by call. */
export function ownersIn(rows: readonly unknown[]): ReadonlyMap<string, number> {
  return new Map(rows.map((row) => ownerRow.parse(row)).map(({ callSid, epoch }) => [callSid, epoch]));
}

/** Throws `StaleOwner` where the call has a newer owner among these. */
export function refuseStale(owners: ReadonlyMap<string, number>, fence: CallFence | null | undefined): void {
  if (fence && !isOwner(owners.get(fence.callSid), fence)) throw new StaleOwner();
}

/** A call whose row is not written yet has its first owner, and is locked by nobody. */
async function lockOwner(sql: Sql, fence: CallFence): Promise<void> {
  const [row] = await sql`select owner_epoch as epoch from calls where call_sid = ${fence.callSid} for share`;
  if (!isOwner(epochIn(row), fence)) throw new StaleOwner();
}

function isOwner(epoch: number | undefined, fence: Pick<CallFence, 'epoch'>): boolean {
  return epoch === undefined || epoch <= fence.epoch;
}

const epochIn = (row: unknown): number | undefined => (row === undefined ? undefined : epochRow.parse(row).epoch);
