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

const claimedRow = z.object({ now: z.number() });

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
    returning now() as now`;
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
