import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ClinicVault, KEPT_MS, redisClinicVault } from '../../db/clinic-vault.ts';
import type { RedisConnection } from '../../db/redis.ts';
import { lumen, radiance } from '../contract/booking-requests.ts';
import { freshRedis } from '../support/services.ts';
import { connectRedis } from './clinic-node.ts';
import { redisCluster } from './redis-groups.ts';

const DEADLINE_MS = 25_000;
const copyOf = (clinic: typeof radiance, readAtUs: number) => ({ clinicId: clinic.id, clinic, readAtUs });
const keyOf = (clinic: typeof radiance) => `ava:clinic:${clinic.id}`;

describe('copies of clinics in Redis', () => {
  let redis: RedisConnection;
  let vault: ClinicVault;
  let unreadable: string[];

  beforeEach(async () => {
    const fresh = await freshRedis();
    onTestFinished(() => fresh.drop());
    redis = connectRedis(fresh.url);
    await redis.ready(DEADLINE_MS);
    unreadable = [];
    vault = redisClinicVault(redis.client, { onUnreadable: (clinicId) => unreadable.push(clinicId) });
  });

  it('are found by number and by id, whole, with their age', async () => {
    await vault.keep([copyOf(radiance, 2), copyOf(lumen, 3)]);
    for (const [clinic, readAtUs] of [
      [radiance, 2],
      [lumen, 3],
    ] as const) {
      for (const key of [{ phone: clinic.phone }, { id: clinic.id }])
        expect(await vault.find(key)).toEqual({ clinic, readAtUs, ageMs: expect.any(Number) });
    }
    await redis.client.pexpire(keyOf(lumen), KEPT_MS - 60_000);
    const aged = await vault.find({ id: lumen.id });
    expect(aged?.ageMs).toBeGreaterThanOrEqual(60_000);
    expect(aged?.ageMs).toBeLessThan(70_000);
    expect(await vault.find({ phone: '+15550177777' })).toBeUndefined();
  });

  it('are replaced by later ones only, whoever comes first', async () => {
    const renamed = { ...radiance, name: 'Renamed' };
    await vault.keep([copyOf(renamed, 1_764_000_000_000_002)]);
    await vault.keep([copyOf(radiance, 1_764_000_000_000_001)]);
    expect(await vault.find({ id: radiance.id })).toMatchObject({ clinic: renamed });
    await vault.keep([copyOf(radiance, 1_764_000_000_000_003)]);
    expect(await vault.find({ id: radiance.id })).toMatchObject({ clinic: radiance });
  });

  it('end with their clinic, and a slow node does not bring them back', async () => {
    await vault.keep([copyOf(radiance, 1)]);
    await vault.keep([{ clinicId: radiance.id, clinic: null, readAtUs: 3 }]);
    await vault.keep([copyOf(radiance, 2)]);
    expect(await vault.find({ id: radiance.id })).toBeUndefined();
    expect(await vault.find({ phone: radiance.phone })).toBeUndefined();
  });

  it('are not found by a number that their clinic gave up', async () => {
    await vault.keep([copyOf({ ...lumen, otherPhones: ['+15550177788'] }, 1)]);
    expect(await vault.find({ phone: '+15550177788' })).toMatchObject({ clinic: { id: lumen.id } });
    await vault.keep([copyOf(lumen, 2)]);
    expect(await vault.find({ phone: '+15550177788' })).toBeUndefined();
    await vault.keep([copyOf(radiance, 1)]);
    await vault.keep([copyOf({ ...radiance, phone: '+15550177777' }, 2)]);
    expect(await vault.find({ phone: radiance.phone })).toBeUndefined();
    await vault.keep([copyOf({ ...lumen, phone: radiance.phone }, 3)]);
    expect(await vault.find({ phone: radiance.phone })).toMatchObject({ clinic: { id: lumen.id } });
    expect(await vault.find({ phone: '+15550177777' })).toMatchObject({ clinic: { id: radiance.id } });
  });

  it.each([
    ['no JSON', '{"id":'],
    ['no clinic', '{"id":"1"}'],
    ['no time zone of this world', JSON.stringify({ ...radiance, timeZone: 'Mars/Olympus' })],
  ])('that are %s count as none and are told of', async (_, value) => {
    await vault.keep([copyOf(radiance, 1)]);
    await redis.client.hset(keyOf(radiance), 'value', value);
    expect(await vault.find({ id: radiance.id })).toBeUndefined();
    expect(unreadable).toEqual([radiance.id]);
  });

  it('vanish after a week in which no node read their clinic', async () => {
    await vault.keep([copyOf(radiance, 1)]);
    for (const key of [keyOf(radiance), `ava:clinic-phone:${radiance.phone}`]) {
      const leftMs = await redis.client.pttl(key);
      expect(leftMs).toBeGreaterThan(KEPT_MS - 60_000);
      expect(leftMs).toBeLessThanOrEqual(KEPT_MS);
    }
  });

  it('are kept by the hundred', async () => {
    const many = Array.from({ length: 300 }, (_, n) => ({
      ...radiance,
      id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      phone: `+1555${String(n).padStart(7, '0')}`,
    }));
    await vault.keep(many.map((clinic) => copyOf(clinic, 1)));
    for (const clinic of many) expect(await vault.find({ phone: clinic.phone })).toMatchObject({ clinic });
  });
});

it('copies of clinics live in a Cluster as well, each key by itself', async () => {
  const { url } = await redisCluster(1);
  const redis = connectRedis(url);
  await redis.ready(DEADLINE_MS);
  const vault = redisClinicVault(redis.client);
  await vault.keep([copyOf(radiance, 1), copyOf(lumen, 1)]);
  expect(await vault.find({ phone: lumen.phone })).toMatchObject({ clinic: lumen });
  expect(await vault.find({ id: radiance.id })).toMatchObject({ clinic: radiance });
});
