/**
 * Work of the outbox in one pair of hands: whose it is stands in its row, so that nobody else does it meanwhile, on
 * whatever node. Each inside a transaction bound to the clinic.
 */
import { z } from 'zod';
import type { Sql } from './postgres.ts';

/** Whose work it is to be, and for how long. */
export interface DoorbellClaim {
  readonly kind: string;
  readonly subjectId: string;
  /** A UUID. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

const claimedRow = z.object({ now: z.number(), attempts: z.number(), askedAt: z.number(), rings: z.number() });
export type ClaimedDoorbell = z.output<typeof claimedRow>;

/**
 * Takes the work where it is due and nobody has it, or goes on with it where it is the token's already; undefined where
 * neither is so. Locks its row: whoever rings for it now waits, and what was rung for before can be read.
 */
export async function claimDoorbell(sql: Sql, { kind, subjectId, token, forMs }: DoorbellClaim) {
  const [row] = await sql`
    update outbox
    set claim_token = ${token}, claimed_until = now() + ${forMs}::float8 * interval '1 ms',
        ring_at = now() + ${forMs}::float8 * interval '1 ms', attempts = attempts + 1, updated_at = now()
    where id = (
      select id from outbox
      where kind = ${kind} and subject_id = ${subjectId} and status = 'due'
        and ((due_at <= now() and coalesce(claimed_until <= now(), true)) or claim_token = ${token})
      for update skip locked)
    returning now() as now, attempts, asked_at as "askedAt", rings`;
  return row && claimedRow.parse(row);
}

/** Locks the work's row; false where it is not this claimant's any more. */
export async function holdsDoorbell(
  sql: Sql,
  { kind, subjectId, token }: Omit<DoorbellClaim, 'forMs'>,
): Promise<boolean> {
  const rows = await sql`
    select from outbox
    where kind = ${kind} and subject_id = ${subjectId} and status = 'due' and claim_token = ${token}
    for update`;
  return rows.length > 0;
}

/** Keeps the claim for as long again; nothing where it was lost. */
export async function extendDoorbell(sql: Sql, { kind, subjectId, token, forMs }: DoorbellClaim): Promise<void> {
  await sql`
    update outbox
    set claimed_until = now() + ${forMs}::float8 * interval '1 ms', ring_at = now() + ${forMs}::float8 * interval '1 ms',
        updated_at = now()
    where kind = ${kind} and subject_id = ${subjectId} and status = 'due' and claim_token = ${token}`;
}

/** Nothing is left to do. */
export async function endDoorbell(sql: Sql, { kind, subjectId, token }: Omit<DoorbellClaim, 'forMs'>): Promise<void> {
  await sql`
    update outbox
    set status = 'done', claim_token = null, claimed_until = null, reason = null, updated_at = now()
    where kind = ${kind} and subject_id = ${subjectId} and status = 'due' and claim_token = ${token}`;
}

/** Gives it back, to be taken again in so long. Why is a word of a closed set. */
export async function leaveDoorbell(
  sql: Sql,
  { kind, subjectId, token }: Omit<DoorbellClaim, 'forMs'>,
  afterMs: number,
  reason: string | null,
): Promise<void> {
  await sql`
    update outbox
    set due_at = now() + ${afterMs}::float8 * interval '1 ms', ring_at = now() + ${afterMs}::float8 * interval '1 ms',
        claim_token = null, claimed_until = null, reason = ${reason}, updated_at = now()
    where kind = ${kind} and subject_id = ${subjectId} and status = 'due' and claim_token = ${token}`;
}

/**
 * What came of it: nothing is left to do; it is taken again in so long, which was no attempt where no reason is given; it
 * is work for then, and nobody waits for it meanwhile; or nobody takes it again, unless it is asked for.
 */
export type DoorbellEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly afterMs: number; readonly reason: string | null }
  | { readonly kind: 'then'; readonly afterMs: number }
  | { readonly kind: 'dead'; readonly reason: string };

/**
 * Gives the work back. Where it was rung for since it was claimed, it is taken again at once, whatever came of it. False
 * where it is not this claimant's any more: then nothing is noted.
 */
export async function settleDoorbell(
  sql: Sql,
  { kind, subjectId, token, rings }: Omit<DoorbellClaim, 'forMs'> & Pick<ClaimedDoorbell, 'rings'>,
  end: DoorbellEnd,
): Promise<boolean> {
  const status = end.kind === 'done' || end.kind === 'dead' ? end.kind : 'due';
  const afterMs = 'afterMs' in end ? end.afterMs : 0;
  const reason = 'reason' in end ? end.reason : null;
  const wasAttempt = reason !== null || status !== 'due';
  const { count } = await sql`
    update outbox
    set status = case when rings = ${rings} then ${status} else 'due' end,
        due_at = now() + case when rings = ${rings} then ${afterMs}::float8 else 0 end * interval '1 ms',
        ring_at = now() + case when rings = ${rings} then ${afterMs}::float8 else 0 end * interval '1 ms',
        asked_at = case when rings = ${rings} and ${end.kind === 'then'}::boolean
                        then now() + ${afterMs}::float8 * interval '1 ms' else asked_at end,
        attempts = greatest(0, attempts - ${wasAttempt ? 0 : 1}::int),
        claim_token = null, claimed_until = null, reason = ${reason}, updated_at = now()
    where kind = ${kind} and subject_id = ${subjectId} and status = 'due' and claim_token = ${token}`;
  return count > 0;
}
