/**
 * What is taken in a stretch of time: appointments, holds, and what else providers have in their calendars outside. One
 * read answers many, so it finds every hold; which of them stand in an asker's way is told apart afterwards.
 */
import { z } from 'zod';
import type { Instant } from '../src/domain/clinic.ts';
import type { BusyQuery } from '../src/domain/ports.ts';
import type { Busy } from '../src/domain/slots.ts';
import { LONGEST_BLOCK_MS } from './booking-statements.ts';
import type { Sql } from './postgres.ts';

export interface Taken {
  readonly busy: Busy;
  /** Null where it is no hold. */
  readonly hold: { readonly conversationId: string; readonly expiresAt: Instant } | null;
}

/** All of a question about what is taken that a read depends on. */
export type TakenQuery = Omit<BusyQuery, 'conversationId' | 'now'>;

const takenRow = z.object({
  resource_id: z.string(),
  starts_at: z.number(),
  ends_at: z.number(),
  held_by: z.string().nullable(),
  held_until: z.number().nullable(),
});

/** Holds are looked up one by one: a join may be answered by a look at every clinic's for each row. */
export function selectTaken(sql: Sql, query: TakenQuery) {
  return sql`
    select resource_id, starts_at, ends_at,
           case when hold_id is not null then (select conversation_id from holds where id = hold_id) end as held_by,
           case when hold_id is not null then (select expires_at from holds where id = hold_id) end as held_until
    from occupied
    where clinic_id = ${query.clinicId}
      and resource_id in ${sql(query.resourceIds)}
      and starts_at > ${query.startsAt - LONGEST_BLOCK_MS}
      and starts_at < ${query.endsAt}
      and ends_at > ${query.startsAt}
      and (appointment_id = ${query.movingId ?? null}::uuid) is not true
    union all
    select providers.id, calendar_busy.starts_at, calendar_busy.ends_at, null, null
    from providers
    join calendar_busy on calendar_busy.clinic_id = providers.clinic_id and calendar_busy.calendar_id = providers.calendar_id
    where providers.clinic_id = ${query.clinicId}
      and providers.id in ${sql(query.resourceIds)}
      and calendar_busy.ends_at > ${query.startsAt}
      and calendar_busy.starts_at < ${query.endsAt}
    order by starts_at, resource_id`;
}

/** Of rows of `selectTaken`. */
export function takenIn(rows: readonly unknown[]): Taken[] {
  return rows.map((found) => {
    const row = takenRow.parse(found);
    const { held_by: conversationId, held_until: expiresAt } = row;
    return {
      busy: { resourceId: row.resource_id, startsAt: row.starts_at, endsAt: row.ends_at },
      hold: conversationId === null || expiresAt === null ? null : { conversationId, expiresAt },
    };
  });
}

/** Less the holds that are this conversation's own, or have lapsed by now. */
export function busyFor(
  { conversationId, now }: Pick<BusyQuery, 'conversationId' | 'now'>,
  taken: readonly Taken[],
): Busy[] {
  return taken
    .filter(({ hold }) => hold === null || (hold.expiresAt > now && hold.conversationId !== conversationId))
    .map(({ busy }) => busy);
}

/** Names all that the answer to `selectTaken` depends on. */
export function subjectOf({ clinicId, movingId, startsAt, endsAt, resourceIds }: TakenQuery): string {
  return [clinicId, movingId, startsAt, endsAt, ...resourceIds].join(' ');
}
