/** Work that is due, as relays find it in Postgres. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Outbox, postgresOutbox, ringForAppointment, SYNC_APPOINTMENT } from '../../db/outbox.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { radiance } from '../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';

const KINDS = [SYNC_APPOINTMENT];
const AGAIN_MS = 5_000;

let fresh: FreshService;
let database: Database;
let outbox: Outbox;

beforeEach(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 8 });
  outbox = postgresOutbox(database);
});
afterEach(async () => {
  await database.close();
  await fresh.drop();
});

async function due(id: string = randomUUID()): Promise<string> {
  await database.withClinic(radiance.id, 'ring', (sql) => ringForAppointment(sql, radiance.id, id));
  return id;
}
const rung = async (limit = 100): Promise<string[]> =>
  (await outbox.ring(KINDS, limit, AGAIN_MS)).map(({ subjectId }) => subjectId);
const pass = (ms: number) =>
  database.unbound(
    'pass',
    (sql) => sql`
      update outbox set ring_at = ring_at - ${ms}::float8 * interval '1 ms', due_at = due_at - ${ms}::float8 * interval '1 ms',
                        asked_at = asked_at - ${ms}::float8 * interval '1 ms'`,
  );

const giveUp = (id: string) =>
  database.unbound(
    'give up',
    (sql) => sql`update outbox set status = 'dead', reason = 'refused 400' where subject_id = ${id}`,
  );

describe('due work', () => {
  it('is told once, and again where nobody came', async () => {
    const id = await due();
    expect(await outbox.ring(KINDS, 10, AGAIN_MS)).toEqual([
      { clinicId: radiance.id, kind: SYNC_APPOINTMENT, subjectId: id, carried: null },
    ]);
    expect(await rung()).toEqual([]);
    await pass(AGAIN_MS);
    expect(await rung()).toEqual([id]);
  });

  it('is told at once where it is asked for again', async () => {
    const id = await due();
    await rung();
    await due(id);
    expect(await rung()).toEqual([id]);
  });

  it('is told to one of many relays, who do not wait for each other', async () => {
    const ids = await Promise.all(Array.from({ length: 40 }, () => due()));
    const told = await Promise.all(Array.from({ length: 8 }, () => rung(5)));
    expect(told.flat().toSorted()).toEqual(ids.toSorted());
  });

  it('is told though another relay holds what is before it in line', async () => {
    const first = await due();
    const second = await due();
    await database.transaction('hold', async (sql) => {
      await sql`select from outbox where subject_id = ${first} for update`;
      expect(await rung()).toEqual([second]);
    });
    expect(await rung()).toEqual([first]);
  });

  it('is told though it was committed long after others that came later', async () => {
    const late = randomUUID();
    await database.transaction('slow', async (sql) => {
      await sql`
        insert into outbox (id, clinic_id, kind, subject_id)
        values ('00000000-0000-0000-0000-000000000000', ${radiance.id}, ${SYNC_APPOINTMENT}, ${late})`;
      const others = [await due(), await due()];
      expect((await rung()).toSorted()).toEqual(others.toSorted());
    });
    expect(await rung()).toEqual([late]);
  });

  it('is counted: how much, since when, and how long nobody came', async () => {
    expect(await outbox.count()).toEqual({ pending: 0, oldestMs: 0, overdueMs: 0, dead: 0 });
    await due();
    await pass(60_000);
    const held = await due();
    await database.unbound(
      'hold',
      (sql) => sql`
        update outbox set claim_token = ${randomUUID()}, claimed_until = now() + interval '10 s'
        where subject_id <> ${held}`,
    );
    const counted = await outbox.count();
    expect(counted).toMatchObject({ pending: 2, dead: 0 });
    expect(counted.oldestMs).toBeGreaterThanOrEqual(60_000);
    expect(counted.overdueMs).toBeLessThan(10_000);
  });
});

describe('work that was given up', () => {
  it('is shown with its reason, and tried again when it is asked for', async () => {
    const id = await due();
    await giveUp(id);
    expect(await outbox.dead(null)).toMatchObject([{ subjectId: id, reason: 'refused 400', clinicId: radiance.id }]);
    expect(await outbox.dead(randomUUID())).toEqual([]);
    expect(await outbox.requeue(randomUUID())).toBe(0);
    expect(await outbox.requeue(radiance.id)).toBe(1);
    expect([await rung(), await outbox.dead(null)]).toEqual([[id], []]);
  });

  it('is asked for once, where it is dead twice and due besides', async () => {
    const id = await due();
    await giveUp(id);
    await due(id);
    await giveUp(id);
    await due(id);
    expect(await outbox.requeue(null)).toBe(2);
    expect(await rung()).toEqual([id]);
    expect((await outbox.count()).pending).toBe(1);
  });
});
