/**
 * Reads clinics whole, in one round trip: all their facts aggregated to JSON by Postgres, parsed into the domain's type.
 * Each is parsed apart, so that one stored wrongly spoils no other.
 */
import { type Clinic, numbersOf, type PhoneNumber } from '../src/domain/clinic.ts';
import { clinicDocument, document, EVERYTHING, factsDocument } from './clinic-document.ts';
import type { ClinicFacts } from './clinic-facts.ts';
import type { Database, Sql } from './postgres.ts';

export type ClinicKey = { readonly phone: PhoneNumber } | { readonly id: string };

/** A clinic as Postgres holds it. */
export interface ClinicReading {
  readonly clinicId: string;
  /** A document for `parseClinic`; undefined where there is no such clinic. */
  readonly stored: unknown;
  /** When the statement began by Postgres' clock: microseconds since 1970, the same clock for every node. */
  readonly readAtUs: number;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** As the domain `phone_number` of the schema. */
const E164 = /^\+[1-9][0-9]{6,14}$/;

/** False for what no clinic can be stored under, whatever came in over the phone network: nobody need be asked. */
export function isClinicKey(key: ClinicKey): boolean {
  return 'phone' in key ? E164.test(key.phone) : UUID.test(key.id);
}

/** Whether a clinic that was found by this still has it. */
export function isOf(clinic: Clinic, key: ClinicKey): boolean {
  return 'phone' in key ? numbersOf(clinic).includes(key.phone) : clinic.id === key.id;
}

/** The clinic of a phone number or id, with its active services and providers; undefined where there is none. */
export async function loadClinic(database: Database, key: ClinicKey): Promise<Clinic | undefined> {
  const reading = await readClinic(database, key);
  return reading === undefined ? undefined : parseClinic(reading.stored);
}

/** As `loadClinic`, not parsed yet. */
export async function readClinic(database: Database, key: ClinicKey): Promise<ClinicReading | undefined> {
  if (!isClinicKey(key)) return undefined;
  const [row] = await database.unbound('load_clinic', (sql) =>
    'phone' in key
      ? sql`select id, ${document(sql)} as clinic, ${readAt(sql)} from clinics where id = ${reachedAt(sql, key.phone)}`
      : sql`select id, ${document(sql)} as clinic, ${readAt(sql)} from clinics where id = ${key.id}::uuid`,
  );
  return row === undefined ? undefined : readingOf(row);
}

/** One reading for each of these ids. */
export async function readClinics(database: Database, ids: readonly string[]): Promise<ClinicReading[]> {
  const rows = await database.unbound(
    'load_clinics',
    (sql) => sql`
      select asked.id, found.clinic, ${readAt(sql)}
      from (select id::uuid from json_array_elements_text(${JSON.stringify(ids)}::text::json) as a(id)) as asked
      left join lateral (select ${document(sql)} as clinic from clinics where clinics.id = asked.id) as found on true`,
  );
  return rows.map(readingOf);
}

/** The ids of up to `limit` clinics, the newest first. */
export async function newestClinicIds(database: Database, limit: number): Promise<string[]> {
  const rows = await database.unbound(
    'list_clinics',
    (sql) => sql`select id from clinics order by created_at desc, id limit ${limit}`,
  );
  return rows.map((row) => String(row['id']));
}

/** Those among these numbers that are other clinics' than this one; null: than none. */
export async function numbersOfOthers(
  database: Database,
  numbers: readonly PhoneNumber[],
  clinicId: string | null,
): Promise<string[]> {
  const rows = await database.unbound(
    'taken_numbers',
    (sql) => sql`
      select phone from clinic_numbers
      where phone in ${sql(numbers)} and clinic_id is distinct from ${clinicId} order by phone`,
  );
  return rows.map((row) => String(row['phone']));
}

function readingOf(row: Readonly<Record<string, unknown>>): ClinicReading {
  return { clinicId: String(row['id']), stored: row['clinic'] ?? undefined, readAtUs: Number(row['read_at_us']) };
}

function readAt(sql: Sql) {
  return sql`(extract(epoch from statement_timestamp()) * 1000000)::float8 as read_at_us`;
}

/** The id of the clinic that has this among its numbers. */
function reachedAt(sql: Sql, phone: PhoneNumber) {
  return sql`(select clinic_id from clinic_numbers where clinic_numbers.phone = ${phone})`;
}

/** Throws, naming what is wrong, where what is stored is no clinic. */
export function parseClinic(stored: unknown): Clinic {
  return clinicDocument.parse(stored);
}

/** A clinic as whoever runs it describes it, what is paused included; undefined where there is none. */
export async function readClinicFacts(
  database: Database,
  key: ClinicKey,
): Promise<{ readonly id: string; readonly facts: ClinicFacts } | undefined> {
  if (!isClinicKey(key)) return undefined;
  const [row] = await database.unbound('clinic_facts', (sql) =>
    'phone' in key
      ? sql`select ${document(sql, EVERYTHING)} as clinic from clinics where id = ${reachedAt(sql, key.phone)}`
      : sql`select ${document(sql, EVERYTHING)} as clinic from clinics where id = ${key.id}::uuid`,
  );
  return row === undefined ? undefined : factsDocument.parse(row['clinic']);
}
