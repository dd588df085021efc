/** Whose turn it is at a calendar: one writer at a time, at a pace that it bears. Each inside a transaction bound to the clinic. */
import { z } from 'zod';
import type { ClaimRequest, Failure } from '../src/domain/calendar-book.ts';
import type { Sql } from './postgres.ts';

/** Rest of a calendar between two writers, and so about five a second at most: Google bears 600 requests a minute. */
const REST_MS = 100;
/** How far apart those come back who found it taken. */
const TURN_MS = 200;

const laneRow = z.object({ troubles: z.number() });
const turnRow = z.object({ turn: z.number() });

/** Takes the calendar for as long as the claim; undefined where it is taken, or left in peace. */
export async function enterLane(
  sql: Sql,
  { clinicId, token, forMs }: ClaimRequest,
  calendarId: string,
): Promise<{ readonly troubles: number } | undefined> {
  const [row] = await sql`
    insert into calendar_lanes as lane (clinic_id, calendar_id, claim_token, claimed_until)
    values (${clinicId}, ${calendarId}, ${token}, now() + ${forMs}::float8 * interval '1 ms')
    on conflict (clinic_id, calendar_id) do update
    set claim_token = excluded.claim_token, claimed_until = excluded.claimed_until, updated_at = now()
    where lane.free_at <= now()
      and (lane.claim_token is null or lane.claimed_until <= now() or lane.claim_token = excluded.claim_token)
    returning troubles`;
  return row && laneRow.parse(row);
}

/** When to come back, each at a turn of their own: a calendar that is paused is not stormed when it is free again. */
export async function waitForLane(sql: Sql, clinicId: string, calendarId: string): Promise<number> {
  const [row] = await sql`
    update calendar_lanes
    set next_at = greatest(next_at, free_at, now()) + ${TURN_MS}::float8 * interval '1 ms', updated_at = now()
    where clinic_id = ${clinicId} and calendar_id = ${calendarId}
    returning next_at as turn`;
  return turnRow.parse(row).turn;
}

/** Gives the calendar back after an appointment was settled there; whatever was the matter with it is over. */
export async function leaveLane(sql: Sql, { clinicId, token }: ClaimRequest): Promise<void> {
  await sql`
    update calendar_lanes
    set claim_token = null, claimed_until = null, free_at = now() + ${REST_MS}::float8 * interval '1 ms', troubles = 0,
        trouble = null, trouble_since = null, updated_at = now()
    where clinic_id = ${clinicId} and claim_token = ${token}`;
}

/** Gives the calendar back after a failure, to nobody for a while where it asked for that. */
export async function leaveLaneTroubled(
  sql: Sql,
  { clinicId, token }: ClaimRequest,
  { pauseMs, trouble }: Failure,
): Promise<void> {
  await sql`
    update calendar_lanes
    set claim_token = null, claimed_until = null,
        free_at = now() + ${Math.max(pauseMs, REST_MS)}::float8 * interval '1 ms',
        troubles = troubles + ${pauseMs > 0 ? 1 : 0}, trouble = coalesce(${trouble}, trouble),
        trouble_since = case when ${trouble}::text is null then trouble_since else coalesce(trouble_since, now()) end,
        updated_at = now()
    where clinic_id = ${clinicId} and claim_token = ${token}`;
}
