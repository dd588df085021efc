/** Whom a booking is told, by a worker as it is started: the clinic's own system, and the customer. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { openPostgres } from '../../db/postgres.ts';
import { addEndpoint, listDeliveries } from '../../db/webhook-endpoints.ts';
import { DEVELOPMENT_SECRETS } from '../../ops/config/variables.ts';
import { Secret } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import { signatureOf } from '../../src/webhooks/signature.ts';
import type { Reach } from '../../src/webhooks/targets.ts';
import { bookingRequest, MINUTE_MS, MORNING, radiance } from '../contract/booking-requests.ts';
import { openReceiver } from '../support/receiver.ts';
import { freshDatabase, freshRedis } from '../support/services.ts';
import { startRole } from './node-of-role.ts';

const SOON = { timeout: 15_000, interval: 20 };

/** A booking at a clinic whose system listens on a loopback port, and a worker. */
async function bookedBeside(reach?: Reach) {
  const [postgres, redis] = await Promise.all([freshDatabase(), freshRedis()]);
  const database = openPostgres({ url: postgres.url, poolSize: 2 });
  onTestFinished(async () => {
    await database.close();
    await Promise.all([postgres.drop(), redis.drop()]);
  });
  const { received, url } = await openReceiver();
  const keys = keyring([new Secret(DEVELOPMENT_SECRETS.ENCRYPTION_KEYS)]);
  const { secret } = await addEndpoint(database, keys, radiance.id, { url, events: ['appointment.booked'] });
  const at = Math.round((Date.now() - MORNING) / MINUTE_MS) + 48 * 60;
  await postgresBookingStore(database).book(bookingRequest({ at }));
  await startRole('worker', 'this-node', { databaseUrl: postgres.url, redisUrl: redis.url }, reach);
  const texts = () => database.unbound('texts', (sql) => sql`select body from texts`);
  return { received, secret, texts, deliveries: () => listDeliveries(database, radiance.id, false) };
}

it('a booking is told to the clinic’s system, signed with the endpoint’s secret, and to the customer', async () => {
  const { received, secret, texts, deliveries } = await bookedBeside('anybody');
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ status: 'delivered' }]), SOON);
  await vi.waitFor(async () => expect(await texts()).toMatchObject([{ body: expect.stringMatching(/booked/) }]), SOON);
  expect(received).toHaveLength(1);
  const body = received[0]?.body ?? '';
  expect(JSON.parse(body)).toMatchObject({ type: 'appointment.booked', version: 1, clinic_id: radiance.id });
  const signature = String(received[0]?.headers['ava-signature']);
  const seconds = Number(/^t=(\d+),/.exec(signature)?.[1]);
  expect(signature).toBe(signatureOf(secret, body, seconds * 1_000));
});

it('a system that is not public is not told where nothing allows it, and it stands there why', async () => {
  const { received, deliveries } = await bookedBeside();
  const dead = { status: 'dead', reason: 'not_public', attempts: 1 };
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([dead]), SOON);
  expect(received).toEqual([]);
});
