/**
 * `npm run ops -- calendar …` and `rotate-keys`: a clinic's own credentials for its calendars, sealed at rest, and the
 * keys that seal them. Running nodes hear of new credentials within seconds.
 */
import { readFile } from 'node:fs/promises';
import { connectCalendar, resealCalendars, UnusableCredentials } from '../../../db/calendar-accounts.ts';
import { loadClinic } from '../../../db/clinics.ts';
import type { Database } from '../../../db/postgres.ts';
import { resealWebhooks } from '../../../db/webhook-endpoints.ts';
import type { Keyring } from '../../../ops/encryption.ts';
import type { CalendarOrder } from './arguments.ts';
import { clinicKey, NotDone } from './clinic-command.ts';

/** Answers what to tell whoever asked. Throws `NotDone`, or what the database threw. */
export async function runCalendarCommand(order: CalendarOrder, database: Database, keys: Keyring): Promise<string> {
  const clinic = await loadClinic(database, clinicKey(order.clinic));
  if (!clinic) throw new NotDone(`There is no clinic ${order.clinic}.`);
  if (order.action === 'disconnect') {
    await connectCalendar(database, keys, clinic.id, null);
    return `${clinic.name} is looked after with GOOGLE_CREDENTIALS again\n`;
  }
  const json = await readFile(order.file, 'utf8').catch((error: Error) => {
    throw new NotDone(`${order.file} cannot be read: ${error.message}`);
  });
  await connectCalendar(database, keys, clinic.id, json).catch((error: unknown) => {
    throw error instanceof UnusableCredentials ? new NotDone(`${order.file} ${error.message}`) : error;
  });
  return `${clinic.name} has credentials of its own, under the key ${keys.keyId}\n`;
}

/** Throws `NotDone` where something is left that no key opens; the rest is done all the same. */
export async function rotateKeys(database: Database, keys: Keyring): Promise<string> {
  const rotations = [await resealCalendars(database, keys), await resealWebhooks(database, keys)];
  const resealed = rotations.reduce((sum, each) => sum + each.resealed, 0);
  const unopened = rotations.flatMap((each) => each.unopened);
  const done = `${resealed} sealed anew, all under the key ${keys.keyId}\n`;
  if (unopened.length === 0) return done;
  throw new NotDone(
    `${resealed} sealed anew; these are left as they were:`,
    ...unopened.map(({ clinicId, why }) => `  ${clinicId}: ${why}`),
  );
}
