/**
 * Which clinics' facts were changed since one last asked. Triggers note the changing transaction's id for each clinic
 * (migration 0004), and a reader asks for all notes from its horizon on: the oldest transaction that was still running
 * when it last looked. What committed before is known; what commits later, however late, carries an id at or above
 * the horizon. So nothing is missed and no session is needed: it works through a transaction-pooling proxy.
 */
import { z } from 'zod';
import type { Database } from './postgres.ts';

/** Transaction ids as the server counts them: 64 bits, never reused. */
const transactionId = z.string().regex(/^\d+$/).transform(BigInt);

const changeNotes = z.object({
  /** The oldest transaction still running at the time of this reading. */
  horizon: transactionId,
  notes: z.array(z.object({ clinicId: z.string(), changedIn: transactionId })),
});
export type ChangeNotes = z.infer<typeof changeNotes>;

/** Up to where a reader knows the changes. */
export interface ChangePosition {
  readonly horizon: bigint;
  /** Notes at or above the horizon that were seen already, and will be read again. */
  readonly seen: ReadonlySet<string>;
}

/** Notes in one reading; a table with more is taken for "anything may have changed". */
export const MAX_NOTES = 2_000;

/** The notes from `position` on, `MAX_NOTES + 1` at most; where there is none yet, those that will be read again. */
export async function readChangeNotes(database: Database, position: ChangePosition | undefined): Promise<ChangeNotes> {
  // Notes of a database restored into another server may name transactions that are yet to come: they say nothing.
  const [row] = await database.unbound(
    'clinic_changes',
    (sql) => sql`
      select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, coalesce((
        select json_agg(json_build_object('clinicId', clinic_id, 'changedIn', changed_in::text))
        from (
          select clinic_id, changed_in from clinic_changes
          where changed_in >= coalesce(${position?.horizon.toString() ?? null}::xid8, pg_snapshot_xmin(pg_current_snapshot()))
            and changed_in < pg_snapshot_xmax(pg_current_snapshot())
          order by changed_in limit ${MAX_NOTES + 1}
        ) as n), '[]') as notes`,
  );
  return changeNotes.parse(row);
}

/**
 * The clinics to read again. `anything` where the notes cannot tell: at the beginning, where there are too many, and
 * where transaction ids went back, so that this is another server, or one that was restored.
 */
export function changedSince(position: ChangePosition | undefined, read: ChangeNotes): readonly string[] | 'anything' {
  if (position === undefined || read.horizon < position.horizon || read.notes.length > MAX_NOTES) return 'anything';
  const unseen = read.notes.filter((note) => !position.seen.has(nameOf(note)));
  return [...new Set(unseen.map(({ clinicId }) => clinicId))];
}

/** Where a reader stands once it has dealt with these notes. */
export function positionAfter(read: ChangeNotes): ChangePosition {
  const again = read.notes.filter(({ changedIn }) => changedIn >= read.horizon);
  return { horizon: read.horizon, seen: new Set(again.map(nameOf)) };
}

function nameOf({ clinicId, changedIn }: ChangeNotes['notes'][number]): string {
  return `${clinicId} ${changedIn}`;
}
