/** Reads clinics whole, in one round trip each: all their facts aggregated to JSON by Postgres, parsed into the domain's type. */
import { z } from 'zod';
import type { Clinic, PhoneNumber } from '../src/domain/clinic.ts';
import type { Database, Sql } from './postgres.ts';

export type ClinicKey = { readonly phone: PhoneNumber } | { readonly id: string };

const timeOfDay = z.string().regex(/^\d\d:\d\d$/);
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
  hours: z.array(openingHours),
  specialDays: z.array(
    z.object({
      date: z.string().regex(/^\d{4}-\d\d-\d\d$/),
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
    }),
  ),
  providers: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      serviceIds: z.array(z.string()),
      hours: z.array(openingHours).nullable(),
    }),
  ),
  rules: z.object({ noticeMinutes: z.int(), horizonDays: z.int(), slotMinutes: z.int() }),
  policies: z.array(z.string()),
});

/** The clinic of a phone number or id, with its active services and providers; undefined where there is none. */
export async function loadClinic(database: Database, key: ClinicKey): Promise<Clinic | undefined> {
  const [row] = await database.unbound('load_clinic', (sql) =>
    'phone' in key
      ? sql`select ${document(sql)} as clinic from clinics where phone = ${key.phone}`
      : sql`select ${document(sql)} as clinic from clinics where id::text = ${key.id}`,
  );
  return row === undefined ? undefined : parseClinic(row['clinic']);
}

/** Up to `limit` clinics, the newest first, as they are stored: each is parsed apart, so that a bad one spoils no other. */
export async function loadClinicDocuments(database: Database, limit: number): Promise<unknown[]> {
  const rows = await database.unbound(
    'load_clinics',
    (sql) => sql`select ${document(sql)} as clinic from clinics order by created_at desc limit ${limit}`,
  );
  return rows.map((row): unknown => row['clinic']);
}

/** Throws, naming what is wrong, where staff managed to store something that is no clinic. */
export function parseClinic(stored: unknown): Clinic {
  return clinicDocument.parse(stored);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The expression over a row of `clinics` that yields the whole clinic. Times are cut to `HH:MM` as text, which keeps `24:00`. */
function document(sql: Sql) {
  return sql`jsonb_build_object(
    'id', id, 'name', name, 'phone', phone, 'staffPhone', staff_phone, 'timeZone', time_zone, 'address', address,
    'consentSentence', consent_sentence, 'language', language, 'voice', voice, 'policies', to_jsonb(policies),
    'rules', jsonb_build_object('noticeMinutes', notice_minutes, 'horizonDays', horizon_days, 'slotMinutes', slot_minutes),
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
               'priceCents', price_cents, 'description', description) order by position, name)
      from services as s where s.clinic_id = clinics.id and active), '[]'),
    'providers', coalesce((
      select jsonb_agg(jsonb_build_object('id', id, 'name', name,
               'hours', nullif(${weekly(sql, sql`provider_hours as h where h.clinic_id = p.clinic_id and h.provider_id = p.id`)}, '[]'),
               'serviceIds', coalesce((
                 select jsonb_agg(service_id order by s.position, s.name)
                 from provider_services join services as s on s.id = service_id
                 where provider_id = p.id and provider_services.clinic_id = p.clinic_id and s.active), '[]')
             ) order by position, name)
      from providers as p where p.clinic_id = clinics.id and active), '[]'))`;
}

/** Weekly hours out of the rows of a table called `h`. */
function weekly(sql: Sql, rows: ReturnType<Sql>) {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('weekday', weekday, 'opens', left(opens::text, 5), 'closes', left(closes::text, 5))
                     order by weekday, opens)
    from ${rows}), '[]')`;
}
