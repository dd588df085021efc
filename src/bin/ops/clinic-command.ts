/**
 * `npm run ops -- clinic …`: clinics from files into the database, and back. Files are judged before anything is written;
 * each clinic is written in one transaction, and running nodes hear of it within about two seconds.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClinicFacts } from '../../../db/clinic-facts.ts';
import { addClinic, changeClinic } from '../../../db/clinic-writing.ts';
import { type ClinicKey, isClinicKey, numbersOfOthers, readClinicFacts } from '../../../db/clinics.ts';
import type { Database } from '../../../db/postgres.ts';
import { sqlState } from '../../../db/postgres-errors.ts';
import { numbersOf } from '../../domain/clinic.ts';
import type { ClinicOrder } from './arguments.ts';
import { readClinicFile, writeClinicFile } from './clinic-file.ts';

/** Why it was not done, a line each; nothing of what they are about was written. */
export class NotDone extends Error {
  override readonly name = 'NotDone';
  constructor(...problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Answers what to tell whoever asked. Throws `NotDone`, or what the database threw. */
export async function runClinicCommand(order: ClinicOrder, database: Database): Promise<string> {
  switch (order.action) {
    case 'show':
      return writeClinicFile((await clinicOf(order.clinic, database)).facts);
    case 'create':
      return create(await onlyClinicIn(order.file), database);
    case 'update': {
      const facts = await onlyClinicIn(order.file);
      return update((await clinicOf(order.clinic ?? facts.phone, database)).id, facts, database);
    }
    case 'import':
      return importAll(await clinicsUnder(order.path), database);
  }
}

async function create(facts: ClinicFacts, database: Database): Promise<string> {
  const id = await database
    .transaction('create_clinic', (sql) => addClinic(sql, facts))
    .catch((error: unknown) => {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      return undefined;
    });
  if (id === undefined) throw new NotDone(`${await taken(facts, null, database)}; to change that clinic: update`);
  return `made ${facts.name}, ${facts.phone}: ${id}\n`;
}

async function update(clinicId: string, facts: ClinicFacts, database: Database): Promise<string> {
  const kept = await database
    .transaction('update_clinic', (sql) => changeClinic(sql, clinicId, facts))
    .catch((error: unknown) => {
      if (sqlState(error) === UNIQUE_VIOLATION) return null;
      if (sqlState(error) === FOREIGN_KEY_VIOLATION)
        throw new NotDone('somebody was just booking; please run it again');
      throw error;
    });
  if (kept === null) throw new NotDone(await taken(facts, clinicId, database));
  const paused = kept.map((name) => `kept but no longer offered, since something refers to it: ${name}\n`);
  return [`changed ${facts.name}, ${facts.phone}: ${clinicId}\n`, ...paused].join('');
}

/** Which numbers are in the way. */
async function taken(facts: ClinicFacts, clinicId: string | null, database: Database): Promise<string> {
  const numbers = await numbersOfOthers(database, numbersOf(facts), clinicId);
  return numbers.length > 1
    ? `${numbers.join(', ')} are other clinics' numbers`
    : `${numbers[0] ?? facts.phone} is another clinic's number`;
}

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/** Adds the clinics that there are not and changes the others, by their numbers: done twice it changes nothing more. */
async function importAll(clinics: readonly ClinicFacts[], database: Database): Promise<string> {
  const told: string[] = [];
  for (const facts of clinics) {
    const known = await readClinicFacts(database, { phone: facts.phone });
    told.push(await (known ? update(known.id, facts, database) : create(facts, database)));
  }
  return told.join('');
}

async function clinicOf(named: string, database: Database) {
  const found = await readClinicFacts(database, clinicKey(named));
  if (!found) throw new NotDone(`There is no clinic ${named}.`);
  return found;
}

/** The id of a clinic that whoever asks named by it or by its number; throws `NotDone` where there is none. */
export async function clinicIdOf(named: string, database: Database): Promise<string> {
  return (await clinicOf(named, database)).id;
}

/** What a clinic is looked up by, as whoever asks wrote it. */
export function clinicKey(named: string): ClinicKey {
  const key = named.startsWith('+') ? { phone: named } : { id: named };
  if (isClinicKey(key)) return key;
  throw new NotDone(`"${named}" is neither a clinic's id nor a phone number such as +15550100001.`);
}

async function onlyClinicIn(file: string): Promise<ClinicFacts> {
  const [facts, ...more] = await clinicsIn([file]);
  if (!facts || more.length > 0) throw new NotDone(`${file} holds ${more.length + 1} clinics; for several: import`);
  return facts;
}

async function clinicsUnder(path: string): Promise<readonly ClinicFacts[]> {
  const isFolder = await stat(path).then((found) => found.isDirectory(), unreadable(path));
  if (!isFolder) return clinicsIn([path]);
  const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new NotDone(`${path} holds no file that ends in .yaml`);
  return clinicsIn(names.map((name) => join(path, name)));
}

/** All clinics of these files, or everything that is wrong with any of them. */
async function clinicsIn(files: readonly string[]): Promise<readonly ClinicFacts[]> {
  const clinics: ClinicFacts[] = [];
  const problems: string[] = [];
  /** Where each number stands. */
  const seen = new Map<string, string>();
  for (const file of files) {
    const reading = readClinicFile(await readFile(file, 'utf8').catch(unreadable(file)));
    problems.push(...reading.problems.map(({ line, text }) => `${file}:${line}: ${text}`));
    clinics.push(...reading.clinics);
    for (const { phone, line, field } of reading.numbers) {
      const elsewhere = seen.get(phone);
      if (elsewhere !== undefined)
        problems.push(`${file}:${line}: ${field} ${phone} is there twice, at ${elsewhere} too`);
      seen.set(phone, `${file}:${line}`);
    }
  }
  if (problems.length > 0) throw new NotDone(...problems);
  return clinics;
}

function unreadable(path: string): (error: unknown) => never {
  return (error) => {
    throw new NotDone(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  };
}
