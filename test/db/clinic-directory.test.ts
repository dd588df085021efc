import { beforeEach, describe, expect, it } from 'vitest';
import { REFRESH_PATIENCE_MS } from '../../db/clinic-directory.ts';
import { ABSENT_MS, FRESH_MS } from '../../db/clinic-memory.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { describeClinicDirectory } from '../contract/clinic-directory.ts';
import { type ClinicNode, type ClinicStores, clinicNode, clinicStores, DEADLINE_MS } from './clinic-node.ts';
import { directly } from './clinic-sql.ts';

const DAY_MS = 24 * 3_600_000;
/** A round is due at once: for tests of what rounds do, not of how long a change takes. */
const BUSY = { pauseMs: 40 };
const SOON = { timeout: 10_000 };
/** Long enough for dozens of rounds, were there any. */
const MANY_PAUSES_MS = 100;
const CALLS = 50;
const NEW_NUMBER = '+15550177777';

describeClinicDirectory('cached, before its first round', async () => {
  const { directory } = await clinicNode(await clinicStores());
  return { directory, close: () => directory.close() };
});

describeClinicDirectory('cached, in the course of its rounds', async () => {
  const { directory } = await clinicNode(await clinicStores(), BUSY);
  await directory.start();
  return { directory, close: () => directory.close() };
});

describeClinicDirectory('cached, on a node that finds in Redis what another one met', async () => {
  const shared = await clinicStores();
  const other = await clinicNode(shared);
  await other.directory.start();
  await other.directory.close();
  const { directory } = await clinicNode(shared);
  return { directory, close: () => directory.close() };
});

let stores: ClinicStores;
beforeEach(async () => {
  stores = await clinicStores();
});

async function started(settings?: { pauseMs?: number }): Promise<ClinicNode> {
  const node = await clinicNode(stores, settings);
  await node.directory.start();
  return node;
}
const lookups = ({ queries }: ClinicNode) => queries.filter((name) => name === 'load_clinic').length;
const rounds = ({ queries }: ClinicNode) => queries.filter((name) => name === 'clinic_changes').length;
const refreshes = ({ queries }: ClinicNode) => queries.filter((name) => name === 'load_clinics').length;
const sql = (statement: Parameters<typeof directly>[1]) => directly(stores.databaseUrl, statement);
const nameAt = async ({ directory }: ClinicNode, phone: string) => (await directory.byPhone(phone))?.name;

const openOnMonday = async ({ directory }: ClinicNode) =>
  (await directory.byId(lumen.id))?.hours.some(({ weekday }) => weekday === 1);

async function afterRounds(node: ClinicNode, count: number): Promise<void> {
  const before = rounds(node);
  await expect.poll(() => rounds(node), SOON).toBeGreaterThanOrEqual(before + count);
}

async function tookMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

describe('a call', () => {
  it('reads nothing from Postgres: not at its lookups, and nothing at all once rounds have ended', async () => {
    const node = await started();
    await node.directory.close();
    const before = node.queries.length;
    for (let call = 0; call < 100; call += 1) {
      for (const clinic of [radiance, lumen]) {
        expect(await node.directory.byPhone(clinic.phone)).toEqual(clinic);
        expect(await node.directory.byId(clinic.id)).toEqual(clinic);
      }
    }
    expect(node.queries.slice(before)).toEqual([]);
  });

  it('reads nothing from Postgres for hours on end: what gets old is read again in the background', async () => {
    const node = await started(BUSY);
    for (let minute = 0; minute < 60; minute += 1) {
      node.pass(60_000);
      expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance);
      expect(await node.directory.byId(lumen.id)).toEqual(lumen);
      await afterRounds(node, 2);
    }
    expect(lookups(node)).toBe(0);
    // Both clinics by one statement, every three minutes or so.
    expect(refreshes(node)).toBeGreaterThanOrEqual(12);
    expect(refreshes(node)).toBeLessThanOrEqual(22);
  });

  it('to a clinic this node never met is answered from Redis while the copy is fresh', async () => {
    await started();
    const node = await clinicNode(stores);
    expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(await node.directory.byId(radiance.id)).toEqual(radiance);
    expect(node.queries).toEqual([]);
  });

  it('to a clinic nobody met shares its one reading with a crowd', async () => {
    const node = await clinicNode(stores);
    await Promise.all(Array.from({ length: 50 }, () => node.directory.byPhone(radiance.phone)));
    await node.directory.byId(radiance.id);
    expect(node.queries).toEqual(['load_clinic']);
  });

  it('to a number that is nobody’s asks once in a while, and finds the clinic that takes it', async () => {
    const node = await clinicNode(stores);
    for (let call = 0; call < 3; call += 1) expect(await nameAt(node, NEW_NUMBER)).toBeUndefined();
    expect(lookups(node)).toBe(1);
    await sql((to) => to`update clinics set phone = ${NEW_NUMBER} where id = ${lumen.id}`);
    node.pass(ABSENT_MS);
    expect(await nameAt(node, NEW_NUMBER)).toBe(lumen.name);
  });
});

describe('a change by plain SQL', () => {
  it('is heard on every node within three seconds, whatever it is', async () => {
    const nodes = await Promise.all([started(), started(), started()]);
    const everywhere = async (answer: (node: ClinicNode) => Promise<unknown>, expected: unknown) => {
      const heard = nodes.map((node) => expect.poll(() => answer(node), { timeout: 3_000 }).toEqual(expected));
      await Promise.all(heard);
    };
    await sql((to) => to`update clinics set name = 'Radiance Downtown' where id = ${radiance.id}`);
    await everywhere((node) => nameAt(node, radiance.phone), 'Radiance Downtown');

    await sql((to) => to`delete from opening_hours where clinic_id = ${lumen.id} and weekday = 1`);
    await everywhere(openOnMonday, false);

    await sql((to) => to`insert into clinics (name, phone, time_zone) values ('New', ${NEW_NUMBER}, 'Europe/Vienna')`);
    await everywhere((node) => nameAt(node, NEW_NUMBER), 'New');

    await sql((to) => to`delete from clinics where id = ${lumen.id}`);
    await everywhere((node) => node.directory.byId(lumen.id), undefined);
    expect(await nodes[0]?.directory.byPhone(lumen.phone)).toBeUndefined();
  }, 40_000);

  it('that gives a clinic a further number, or takes it away, is heard of as well', async () => {
    const node = await started(BUSY);
    expect(await nameAt(node, NEW_NUMBER)).toBeUndefined();
    await sql((to) => to`insert into clinic_numbers (phone, clinic_id) values (${NEW_NUMBER}, ${lumen.id})`);
    await expect.poll(() => nameAt(node, NEW_NUMBER), SOON).toBe(lumen.name);
    expect(await nameAt(node, lumen.phone)).toBe(lumen.name);
    await sql((to) => to`delete from clinic_numbers where phone = ${NEW_NUMBER}`);
    await expect.poll(() => nameAt(node, NEW_NUMBER), SOON).toBeUndefined();
  });

  it('moves a number from one clinic to the other', async () => {
    const node = await started(BUSY);
    await sql((to) => to`update clinics set phone = ${NEW_NUMBER} where id = ${radiance.id}`);
    await sql((to) => to`update clinics set phone = ${radiance.phone} where id = ${lumen.id}`);
    await expect.poll(() => nameAt(node, radiance.phone), SOON).toBe(lumen.name);
    await expect.poll(() => nameAt(node, NEW_NUMBER), SOON).toBe(radiance.name);
    expect(await nameAt(node, lumen.phone)).toBeUndefined();
  });

  it('that stores nonsense leaves the last known good, is told of, and spoils no other clinic', async () => {
    const node = await started(BUSY);
    await sql((to) => to`update clinics set time_zone = 'Mars/Olympus', name = 'X' where id = ${lumen.id}`);
    await sql((to) => to`update clinics set name = 'Radiance Downtown' where id = ${radiance.id}`);
    await expect.poll(() => nameAt(node, radiance.phone), SOON).toBe('Radiance Downtown');
    expect(node.told).toEqual([`unreadable ${lumen.id}`]);
    node.pass(FRESH_MS + 1);
    await afterRounds(node, 2);
    expect(await nameAt(node, lumen.phone)).toBe(lumen.name);
    expect(lookups(node)).toBe(0);
    await sql((to) => to`update clinics set time_zone = 'America/Denver' where id = ${lumen.id}`);
    await expect.poll(() => nameAt(node, lumen.phone), SOON).toBe('X');
  });

  it('made during an outage is heard after it', async () => {
    const node = await started(BUSY);
    node.postgres.cut({ refusing: true });
    await expect.poll(() => node.told, SOON).toEqual(['lost postgres']);
    await sql((to) => to`update clinics set name = 'Radiance Downtown' where id = ${radiance.id}`);
    node.postgres.mend();
    await expect.poll(() => nameAt(node, radiance.phone), SOON).toBe('Radiance Downtown');
    await expect.poll(() => node.told, SOON).toEqual(['lost postgres', 'back postgres']);
  });

  it('that no trigger saw is heard when what is known gets old', async () => {
    const node = await started(BUSY);
    await sql(async (to) => {
      await to`set session_replication_role = replica`;
      await to`update clinics set name = 'Radiance Downtown' where id = ${radiance.id}`;
    });
    await afterRounds(node, 3);
    expect(await nameAt(node, radiance.phone)).toBe(radiance.name);
    node.pass(FRESH_MS);
    await expect.poll(() => nameAt(node, radiance.phone), SOON).toBe('Radiance Downtown');
  });
});

describe('with Postgres away', () => {
  it('the last known good is answered for days, nobody waits, and it is told once', async () => {
    const node = await started(BUSY);
    node.postgres.cut({ refusing: true });
    await expect.poll(() => node.told, SOON).toEqual(['lost postgres']);
    node.pass(DAY_MS);
    const waitedMs = await tookMs(async () => {
      for (let call = 0; call < CALLS; call += 1)
        expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance);
    });
    expect(waitedMs).toBeLessThan((CALLS * REFRESH_PATIENCE_MS) / 2);
    expect(lookups(node)).toBe(0);
    expect(node.told).toEqual(['lost postgres']);
  });

  it('a node that has just started answers from Redis for clinics it never met, however old the copies', async () => {
    await started();
    const node = await clinicNode(stores);
    node.postgres.cut({ refusing: true });
    await node.directory.start();
    node.pass(DAY_MS);
    expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(await node.directory.byId(lumen.id)).toEqual(lumen);
    node.pass(DAY_MS);
    expect(await node.directory.byId(lumen.id)).toEqual(lumen);
  });

  it('and silent, a caller waits no longer than the patience for what is known but old', async () => {
    await started();
    const node = await clinicNode(stores);
    node.postgres.silence();
    await node.directory.byPhone(radiance.phone);
    node.pass(DAY_MS);
    const waitedMs = await tookMs(async () => expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance));
    expect(waitedMs).toBeGreaterThan(REFRESH_PATIENCE_MS - 50);
    expect(waitedMs).toBeLessThan(DEADLINE_MS / 2);
  });

  it('and Redis away too, memory answers', async () => {
    const node = await started(BUSY);
    node.postgres.cut({ refusing: true });
    node.redis.cut({ refusing: true });
    await expect.poll(() => node.told, SOON).toContain('lost postgres');
    node.pass(DAY_MS);
    expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance);
    expect(await node.directory.byId(lumen.id)).toEqual(lumen);
  });

  it('a clinic that no store can tell of is an error, until one can', async () => {
    const node = await clinicNode(stores, BUSY);
    node.postgres.cut({ refusing: true });
    await node.directory.start();
    await expect(node.directory.byPhone(radiance.phone)).rejects.toThrow('Postgres');
    node.postgres.mend();
    await expect.poll(() => nameAt(node, radiance.phone).catch(() => undefined), SOON).toBe(radiance.name);
  });
});

describe('with Redis away', () => {
  it('nothing changes for callers, changes are heard, and Redis is given its copies when it is back', async () => {
    const node = await clinicNode(stores, BUSY);
    node.redis.cut({ refusing: true });
    await node.directory.start();
    expect(node.told).toEqual(['lost redis']);
    await sql((to) => to`update clinics set name = 'Radiance Downtown' where id = ${radiance.id}`);
    await expect.poll(() => nameAt(node, radiance.phone), SOON).toBe('Radiance Downtown');
    node.redis.mend();
    await expect.poll(() => node.told, SOON).toEqual(['lost redis', 'back redis']);
    const other = await clinicNode(stores);
    expect(await nameAt(other, radiance.phone)).toBe('Radiance Downtown');
    expect(other.queries).toEqual([]);
  });

  it('and silent, a clinic this node never met is read from Postgres after a short wait', async () => {
    const node = await clinicNode(stores);
    node.redis.silence();
    const waitedMs = await tookMs(async () => expect(await node.directory.byPhone(radiance.phone)).toEqual(radiance));
    expect(waitedMs).toBeLessThan(DEADLINE_MS / 2);
  });
});

describe('a node', () => {
  it('asks no more once it is closed, though a round was under way', async () => {
    const node = await clinicNode(stores, { pauseMs: 1 });
    const starting = node.directory.start();
    await node.directory.close();
    await starting;
    const asked = node.queries.length;
    await new Promise((resolve) => setTimeout(resolve, MANY_PAUSES_MS));
    expect(node.queries.length).toBe(asked);
    expect(node.told).toEqual([]);
  });

  it('starts within its patience where Postgres is silent', async () => {
    const node = await clinicNode(stores);
    node.postgres.silence();
    expect(await tookMs(() => node.directory.start())).toBeLessThan(DEADLINE_MS - 1_000);
  });

  it('asks one cheap question a round where nothing happens', async () => {
    const node = await started(BUSY);
    const before = node.queries.length;
    await afterRounds(node, 5);
    expect(new Set(node.queries.slice(before))).toEqual(new Set(['clinic_changes']));
  });

  it('knows hundreds of clinics after its first round, and Redis soon after', async () => {
    await sql(
      (to) => to`insert into clinics (name, phone, time_zone)
        select 'Clinic ' || n, '+1555020' || lpad(n::text, 4, '0'), 'America/New_York' from generate_series(1, 400) as n`,
    );
    const node = await started(BUSY);
    const before = node.queries.length;
    for (const n of ['0001', '0200', '0400']) expect(await nameAt(node, `+1555020${n}`)).toBe(`Clinic ${Number(n)}`);
    expect(node.queries.slice(before).filter((name) => name === 'load_clinic')).toEqual([]);
    await expect.poll(() => node.redisConnection.client.dbsize(), SOON).toBe(2 * 402);
  });
});
