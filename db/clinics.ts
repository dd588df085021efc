/**
 * Reads clinics whole, in one round trip: all their facts aggregated to JSON by Postgres, parsed into the domain's type.
 * Each is parsed apart, so that one stored wrongly spoils no other.
 */
import { z } from 'zod';
import type { Clinic, PhoneNumber } from '../src/domain/clinic.ts';
import type { Database, Sql } from './postgres.ts';

export type ClinicKey = { readonly phone: PhoneNumber } | { readonly id: string };

/** IANA's names, links included, are about 600. */
const MAX_TIME_ZONES = 1_000;

const timeOfDay = z.string().regex(/^\d\d:\d\d$/);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const openingHours = z.object({ weekday: z.int().min(1).max(7), opens: timeOfDay, closes: timeOfDay });

const clinicDocument = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string(),
  staffPhone: z.string().nullable(),
  timeZone: z.string().refine(isTimeZone, 'is no IANA time zone'),
  address: z.string(),
  consentSentence: z.string().nullable(),
  language: z.string(),
  voice: z.string(),
  persona: z.string(),
  greeting: z.string().nullable(),
  hours: z.array(openingHours),
  specialDays: z.array(
    z.object({
      date,
      reason: z.string(),
      hours: z.array(z.object({ opens: timeOfDay, closes: timeOfDay })),
    }),
  ),
  services: z.array(
    z.object({
      id: z.string(),
      slug: z.string(),
      name: z.string(),
      aliases: z.array(z.string()),
      minutes: z.int(),
      bufferBeforeMinutes: z.int(),
      bufferAfterMinutes: z.int(),
      priceCents: z.int().nullable(),
      description: z.string(),
      preparation: z.string(),
      needs: z.array(z.string()),
      newPatients: z.boolean(),
      minimumAge: z.int().nullable(),
    }),
  ),
  providers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      aliases: z.array(z.string()),
      serviceIds: z.array(z.string()),
      ownMinutes: z.record(z.string(), z.int()),
      hours: z.array(openingHours).nullable(),
      timeOff: z.array(
        z.object({
          from: date,
          to: date,
          between: z.object({ leaves: timeOfDay, returns: timeOfDay }).nullable(),
        }),
      ),
    }),
  ),
  resources: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() })),
  conversation: z.object({
    languages: z.array(z.string()).min(1),
    bargeInMs: z.int(),
    longestCallMinutes: z.int(),
    staffHours: z.array(openingHours),
    emergencyPhrases: z.array(z.string()),
  }),
  rules: z.object({
    noticeMinutes: z.int(),
    horizonDays: z.int(),
    slotMinutes: z.int(),
    cancellationHours: z.int().nullable(),
  }),
  policies: z.array(z.string()),
});

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
      ? sql`select id, ${document(sql)} as clinic, ${readAt(sql)} from clinics where phone = ${key.phone}`
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

function readingOf(row: Readonly<Record<string, unknown>>): ClinicReading {
  return { clinicId: String(row['id']), stored: row['clinic'] ?? undefined, readAtUs: Number(row['read_at_us']) };
}

function readAt(sql: Sql) {
  return sql`(extract(epoch from statement_timestamp()) * 1000000)::float8 as read_at_us`;
}

/** Throws, naming what is wrong, where what is stored is no clinic. */
export function parseClinic(stored: unknown): Clinic {
  return clinicDocument.parse(stored);
}

/** Names that proved to be time zones: the platform takes longer to check one than all the rest of a clinic. */
const timeZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (timeZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
  } catch {
    return false;
  }
  // Bounded by the names there are, in their few spellings.
  if (timeZones.size < MAX_TIME_ZONES) timeZones.add(name);
  return true;
}

/** The expression over a row of `clinics` that yields the whole clinic. Times are cut to `HH:MM` as text, which keeps `24:00`. */
function document(sql: Sql) {
  return sql`jsonb_build_object(
    'id', id, 'name', name, 'phone', phone, 'staffPhone', staff_phone, 'timeZone', time_zone, 'address', address,
    'consentSentence', consent_sentence, 'language', language, 'voice', voice,
    'persona', persona, 'greeting', greeting, 'policies', to_jsonb(policies),
    'rules', jsonb_build_object('noticeMinutes', notice_minutes, 'horizonDays', horizon_days, 'slotMinutes', slot_minutes,
      'cancellationHours', cancellation_hours),
    'conversation', jsonb_build_object(
      'languages', to_jsonb(language || array_remove(languages, language)), 'bargeInMs', barge_in_ms,
      'longestCallMinutes', longest_call_minutes, 'emergencyPhrases', to_jsonb(emergency_phrases),
      'staffHours', ${weekly(sql, sql`staff_hours as h where h.clinic_id = clinics.id`)}),
    'hours', ${weekly(sql, sql`opening_hours as h where h.clinic_id = clinics.id`)},
    'specialDays', coalesce((
      select jsonb_agg(jsonb_build_object('date', date, 'reason', reason, 'hours', coalesce((
               select jsonb_agg(jsonb_build_object('opens', left(opens::text, 5), 'closes', left(closes::text, 5)) order by opens)
               from special_day_hours as h where h.clinic_id = d.clinic_id and h.date = d.date), '[]')) order by date)
      from special_days as d where d.clinic_id = clinics.id), '[]'),
    'services', coalesce((
      select jsonb_agg(jsonb_build_object(
               'id', id, 'slug', slug, 'name', name, 'aliases', to_jsonb(aliases), 'minutes', minutes,
               'bufferBeforeMinutes', buffer_before_minutes, 'bufferAfterMinutes', buffer_after_minutes,
               'priceCents', price_cents, 'description', description, 'preparation', preparation, 'needs', to_jsonb(needs),
               'newPatients', new_patients, 'minimumAge', minimum_age) order by position, name)
      from services as s where s.clinic_id = clinics.id and active), '[]'),
    'providers', coalesce((
      select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'aliases', to_jsonb(aliases),
               'hours', nullif(${weekly(sql, sql`provider_hours as h where h.clinic_id = p.clinic_id and h.provider_id = p.id`)}, '[]'),
               'serviceIds', coalesce((
                 select jsonb_agg(service_id order by s.position, s.name)
                 from provider_services join services as s on s.id = service_id
                 where provider_id = p.id and provider_services.clinic_id = p.clinic_id and s.active), '[]'),
               'ownMinutes', coalesce((
                 select jsonb_object_agg(service_id, minutes) from provider_services as g
                 where g.clinic_id = p.clinic_id and g.provider_id = p.id and minutes is not null), '{}'),
               'timeOff', coalesce((
                 select jsonb_agg(jsonb_build_object('from', first_day, 'to', last_day, 'between', case
                          when leaves is not null
                          then jsonb_build_object('leaves', left(leaves::text, 5), 'returns', left(returns::text, 5)) end)
                        order by first_day, last_day, leaves)
                 from time_off as t where t.clinic_id = p.clinic_id and t.provider_id = p.id), '[]')
             ) order by position, name)
      from providers as p where p.clinic_id = clinics.id and active), '[]'),
    'resources', coalesce((
      select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'kind', kind) order by position, name)
      from resources as r where r.clinic_id = clinics.id and active), '[]'))`;
}

/** Weekly hours out of the rows of a table called `h`. */
function weekly(sql: Sql, rows: ReturnType<Sql>) {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('weekday', weekday, 'opens', left(opens::text, 5), 'closes', left(closes::text, 5))
                     order by weekday, opens)
    from ${rows}), '[]')`;
}
