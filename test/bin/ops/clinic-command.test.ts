/** Clinics from files into a database, and back. Each test has clinics of its own, by their numbers. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { postgresBookingStore } from '../../../db/bookings.ts';
import { loadClinic } from '../../../db/clinics.ts';
import { type Database, openPostgres } from '../../../db/postgres.ts';
import { clinicKey, runClinicCommand } from '../../../src/bin/ops/clinic-command.ts';
import { readClinicFile, writeClinicFile } from '../../../src/bin/ops/clinic-file.ts';
import type { Clinic } from '../../../src/domain/clinic.ts';
import { blocksOf } from '../../../src/domain/slots.ts';
import { waitlistRequest } from '../../contract/booking-requests.ts';
import { clinicNode } from '../../db/clinic-node.ts';
import { type FreshService, freshDatabase, freshRedis } from '../../support/services.ts';

const EXAMPLE = new URL('../../../ops/clinics/example.yaml', import.meta.url);
const LIMIT_MS = 20_000;

let fresh: FreshService;
let database: Database;
let example: string;
let folder: string;
let phone: string;
let numbers = 100;

beforeAll(async () => {
  fresh = await freshDatabase();
  database = openPostgres({ url: fresh.url, poolSize: 2 });
  example = await readFile(EXAMPLE, 'utf8');
});
afterAll(async () => {
  await database.close();
  await fresh.drop();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ava-clinics-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  numbers += 1;
  phone = `+15550166${numbers}`;
});

/** The example with a number of the test's own, as `show` prints it. */
function canonical(change: (text: string) => string = (text) => text): string {
  const own = example.replace('+15550100303', phone).replace(/^other_phones: .*\n/m, '');
  const { clinics, problems } = readClinicFile(change(own));
  const [facts] = clinics;
  if (!facts) throw new Error(JSON.stringify(problems));
  return writeClinicFile(facts);
}

async function file(text: string, name = 'clinic.yaml'): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

const create = async (text: string) =>
  runClinicCommand({ command: 'clinic', action: 'create', file: await file(text) }, database);
const show = (clinic = phone) => runClinicCommand({ command: 'clinic', action: 'show', clinic }, database);
const update = async (text: string, clinic: string | null = null) =>
  runClinicCommand({ command: 'clinic', action: 'update', file: await file(text), clinic }, database);
const importAll = (path: string) => runClinicCommand({ command: 'clinic', action: 'import', path }, database);

async function stored(named = phone): Promise<Clinic> {
  const clinic = await loadClinic(database, clinicKey(named));
  if (!clinic) throw new Error(`no clinic ${named}`);
  return clinic;
}

const idsOf = ({ id, services, providers, resources }: Clinic) => ({
  id,
  services: Object.fromEntries(services.map((service) => [service.slug, service.id])),
  providers: Object.fromEntries(providers.map((provider) => [provider.name, provider.id])),
  resources: Object.fromEntries(resources.map((resource) => [resource.name, resource.id])),
});

/** Books Dr. Lindqvist's laser, so that all three may not be forgotten. */
async function bookLaser(clinic: Clinic): Promise<void> {
  const [service] = clinic.services;
  const [provider] = clinic.providers;
  if (!service || !provider) throw new Error('the example has changed');
  const startsAt = Date.UTC(2026, 11, 7, 16);
  const slot = { serviceId: service.id, providerId: provider.id, startsAt, endsAt: startsAt + 45 * 60_000 };
  const { kind } = await postgresBookingStore(database).book({
    clinicId: clinic.id,
    conversationId: crypto.randomUUID(),
    channel: 'web',
    key: 'laser',
    slot,
    blocks: blocksOf(slot, service, clinic),
    customer: { name: 'Ada Quinn', phone: '+15550123456', email: null },
    notes: null,
    now: startsAt - 86_400_000,
  });
  expect(kind).toBe('booked');
}

describe('a clinic made from a file', () => {
  it('is shown as the very same file, and read by nodes as what it says', async () => {
    const text = canonical();
    expect(await create(text)).toContain(`made Harbor Aesthetics, ${phone}: `);
    expect(await show()).toBe(text);
    const clinic = await stored();
    expect(await show(clinic.id)).toBe(text);
    expect(clinic.services.map(({ slug }) => slug)).toEqual(['laser-hair-removal', 'consultation']);
    expect(clinic.resources).toMatchObject([{ name: 'Laser by the window', kind: 'laser' }]);
    expect(clinic.providers[0]?.timeOff).toHaveLength(2);
  });

  it('is called under each of its numbers, and so is no other clinic', async () => {
    const numbers = `other_phones: ["${phone}1", "${phone}2"]`;
    const text = canonical((text) => `${text}\n${numbers}\n`);
    await create(text);
    expect(await show(`${phone}2`)).toBe(text);
    expect((await stored(`${phone}1`)).staffPhones).toEqual(['+15550100399', '+15550100398']);
    const second = canonical((text) => text.replace(phone, `${phone}9`).replace('Harbor', 'Second'));
    const clash = `${second}\nother_phones: ["${phone}8", "${phone}2"]\n`;
    await expect(create(clash)).rejects.toThrow(`${phone}2 is another clinic's number`);
    await create(second);
    await expect(update(clash, `${phone}9`)).rejects.toThrow(`${phone}2 is another clinic's number`);
    // What was a further number may become the first one, and the first one a further one.
    await update(
      text.replace(`phone: "${phone}"`, `phone: "${phone}1"`).replace(`- "${phone}1"`, `- "${phone}"`),
      phone,
    );
    expect(await stored()).toMatchObject({ phone: `${phone}1`, otherPhones: [phone, `${phone}2`] });
    await update(canonical(), `${phone}1`);
    await expect(stored(`${phone}1`)).rejects.toThrow('no clinic');
  });

  it('is refused where its number is taken, and nothing of it is left', async () => {
    await create(canonical());
    await expect(create(canonical((text) => text.replace('Harbor', 'Other')))).rejects.toThrow(
      "another clinic's number",
    );
    expect((await stored()).name).toBe('Harbor Aesthetics');
  });

  it('is refused with everything that is wrong, each with file and line', async () => {
    const path = await file(
      example.replace('slot_minutes: 15', 'slot_minutes: 1').replace('price: 149.50', 'price: cheap'),
    );
    const making = runClinicCommand({ command: 'clinic', action: 'create', file: path }, database);
    await expect(making).rejects.toThrow(
      [
        `${path}:39: booking.slot_minutes must be a whole number from 5 to 240`,
        `${path}:79: services[1].price must be an amount such as 350 or 99.50`,
      ].join('\n'),
    );
  });
});

describe('a clinic changed by a file', () => {
  it('is what the file says, with the ids that it had', async () => {
    await create(canonical());
    const before = await stored();
    const text = canonical((text) =>
      text
        .replace('Harbor Aesthetics', 'Harbor Skin')
        .replace('minutes: 45', 'minutes: 60')
        .replace('monday: 09:00-12:00, 13:00-18:00', 'monday: 08:00-12:00')
        .replace('reason: Christmas Day', 'reason: Closed for Christmas')
        .replace('- peel: 60', '- peel: 70')
        .replace('to: 2027-01-02', 'to: 2027-01-05')
        .replace('[Dr. Ada, Dr. L]', '[Dr. Ada]'),
    );
    await update(text);
    expect(await show()).toBe(text);
    expect(idsOf(await stored())).toEqual(idsOf(before));
  });

  it('loses what it no longer names, but for what an appointment needs: that is paused, and comes back as it was', async () => {
    await create(canonical());
    const before = await stored();
    await bookLaser(before);
    const bare = canonical(
      (text) => `${text.slice(0, text.indexOf('resources:'))}services:
  - { slug: peel, name: Chemical peel, minutes: 40 }
providers:
  - { name: Kim, services: [peel] }
`,
    );
    const told = await update(bare);
    for (const name of ['Laser hair removal', 'Dr. Ada Lindqvist', 'Laser by the window']) {
      expect(told).toContain(`kept but no longer offered, since something refers to it: ${name}`);
    }
    expect(told).not.toMatch(/Consultation|Ben Okoro|Second laser/);
    expect(idsOf(await stored())).toMatchObject({ services: { peel: expect.any(String) }, resources: {} });
    const shown = await show();
    expect(shown).not.toMatch(/consultation|Okoro|Second laser/);
    expect(readClinicFile(shown).problems).toEqual([]);
    await update(canonical());
    const { services, providers, resources } = idsOf(await stored());
    expect(services['laser-hair-removal']).toBe(before.services[0]?.id);
    expect(providers['Dr. Ada Lindqvist']).toBe(before.providers[0]?.id);
    expect(resources).toEqual(idsOf(before).resources);
    expect(providers['Ben Okoro']).not.toBe(before.providers[1]?.id);
  });

  it('keeps what somebody waits for', async () => {
    await create(canonical());
    const clinic = await stored();
    const [, consultation] = clinic.services;
    await postgresBookingStore(database).joinWaitlist(
      waitlistRequest({ clinicId: clinic.id, serviceId: consultation?.id ?? '' }),
    );
    const without = canonical((text) =>
      text
        .replace(/ {2}- slug: consultation\n.*\n.*\n.*\n/, '')
        .replace(/ {6}- consultation\n/, '')
        .replace('[consultation]', '[peel]'),
    );
    expect(await update(without)).toContain('refers to it: Consultation');
  });

  it('may get another number, where one says which clinic it is', async () => {
    await create(canonical());
    const { id } = await stored();
    const moved = canonical((text) => text.replace(phone, `${phone}9`));
    await expect(update(moved)).rejects.toThrow('There is no clinic');
    await update(moved, phone);
    expect((await stored(`${phone}9`)).id).toBe(id);
  });

  it('stays as it was where its new number is another clinic’s', async () => {
    const text = canonical();
    await create(text);
    const clash = canonical((text) => text.replace(phone, '+15550100001').replace('Harbor', 'Other'));
    await expect(update(clash, phone)).rejects.toThrow("+15550100001 is another clinic's number");
    expect(await show()).toBe(text);
  });

  it('is heard of by a node that answers calls', { timeout: LIMIT_MS }, async () => {
    await create(canonical());
    const redis = await freshRedis();
    onTestFinished(() => redis.drop());
    const node = await clinicNode({ databaseUrl: fresh.url, redisUrl: redis.url }, { pauseMs: 50 });
    await node.directory.start();
    expect((await node.directory.byPhone(phone))?.greeting).toContain('good to hear from you');
    await update(canonical((text) => text.replace('good to hear from you', 'hello')));
    await expect
      .poll(async () => (await node.directory.byPhone(phone))?.greeting, { timeout: LIMIT_MS / 2 })
      .toContain('hello');
  });
});

describe('importing', () => {
  it('makes what there is not and changes what there is, from a folder or one file, and twice is once', async () => {
    const other = canonical((text) => text.replace(phone, `${phone}8`).replace('Harbor', 'Other'));
    await mkdir(join(folder, 'notes'));
    await file('no clinic at all', 'README.md');
    await file(canonical(), 'a.yaml');
    await file(other, 'b.yml');
    expect(await importAll(folder)).toMatch(/^made Harbor.*\nmade Other.*\n$/);
    const before = [idsOf(await stored()), idsOf(await stored(`${phone}8`))];
    expect(await importAll(await file(`${canonical()}---\n${other}`, 'all.txt'))).toMatch(
      /^changed Harbor.*\nchanged Other.*\n$/,
    );
    expect([idsOf(await stored()), idsOf(await stored(`${phone}8`))]).toEqual(before);
  });

  it('writes nothing where one of the files is wrong, or two are about one number', async () => {
    await file(canonical(), 'a.yaml');
    await file(
      canonical((text) => text.replace('Harbor', 'Other')),
      'b.yaml',
    );
    const [a, b] = [join(folder, 'a.yaml'), join(folder, 'b.yaml')];
    await expect(importAll(folder)).rejects.toThrow(`${b}:2: phone ${phone} is there twice, at ${a}:2 too`);
    await file('name: Other', 'b.yaml');
    await expect(importAll(folder)).rejects.toThrow('b.yaml:1: phone is missing');
    await expect(stored()).rejects.toThrow('no clinic');
  });

  it.each(['nowhere.yaml', '.'])('needs something to import, not %s', async (name) => {
    await expect(importAll(join(folder, name))).rejects.toThrow(/cannot be read|holds no file/);
  });
});
