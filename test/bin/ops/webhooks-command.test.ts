import { afterAll, beforeAll, expect, it } from 'vitest';
import { postgresBookingStore } from '../../../db/bookings.ts';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { Secret } from '../../../ops/config.ts';
import { keyring } from '../../../ops/encryption.ts';
import { readOpsArguments } from '../../../src/bin/ops/arguments.ts';
import { runWebhooksCommand } from '../../../src/bin/ops/webhooks-command.ts';
import { bookingRequest, lumen, radiance } from '../../contract/booking-requests.ts';
import { type FreshService, freshDatabase } from '../../support/services.ts';

let fresh: FreshService;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 1 });
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});

const keys = () => keyring([new Secret('a key of a test')]);

function webhooks(...words: string[]): Promise<string> {
  const order = readOpsArguments(['webhooks', ...words]);
  if (order?.command !== 'webhooks') throw new Error('asked wrongly');
  return runWebhooksCommand(order, database, keys);
}

it('an endpoint is added, listed, told, told again and removed', async () => {
  const { phone } = radiance;
  const added = await webhooks('add', phone, 'https://x.test', '--events', 'appointment.booked');
  const id = added.slice('endpoint '.length).slice(0, 36);
  expect(added).toMatch(/^endpoint \S{36}\nsecret whsec_[\w-]{43}\n$/);
  expect(await webhooks('list', phone)).toBe(`${id}  https://x.test/  appointment.booked\n`);
  expect(await webhooks('deliveries', phone)).toBe('none\n');
  await postgresBookingStore(database).book(bookingRequest());
  const listed = await webhooks('deliveries', phone);
  expect(listed).toMatch(/^\S{36} {2}due {2}appointment.booked {2}0 attempts {2}\S+Z {2}https:\/\/x.test\/\n$/);
  expect(await webhooks('redeliver', phone, listed.slice(0, 36))).toMatch(/^1 to be/);
  expect(await webhooks('redeliver', phone)).toMatch(/^0 to be/);
  expect(await webhooks('remove', phone, id)).toBe(`removed ${id}\n`);
  expect(await webhooks('list', phone)).toBe('none\n');
});

it.each([
  [['add', lumen.phone, 'https://10.0.0.1/'], 'is not public'],
  [['add', lumen.phone, 'http://x.test/'], 'https://'],
  [['add', lumen.phone, 'https://x.test', '--events', 'call.ended'], 'There is no event call.ended'],
  [['remove', lumen.phone, 'x'], 'is no id'],
  [['remove', lumen.phone, lumen.id], 'has no endpoint'],
  [['redeliver', lumen.phone, lumen.id], 'has no delivery'],
  [['list', '+15550109999'], 'There is no clinic'],
])('%j is not done: %s', async (words, why) => {
  await expect(webhooks(...words)).rejects.toThrow(why);
});
