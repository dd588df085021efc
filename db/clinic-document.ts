/**
 * A clinic as one JSON document: the SQL that makes it and the schema that it is parsed by, which change together.
 */
import { z } from 'zod';
import { NOTICE_KINDS } from '../src/domain/notices.ts';
import type { ClinicFacts } from './clinic-facts.ts';
import type { Sql } from './postgres.ts';

/** IANA's names, links included, are about 600. */
const MAX_TIME_ZONES = 1_000;

const timeOfDay = z.string().regex(/^\d\d:\d\d$/);
const date = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const openingHours = z.object({ weekday: z.int().min(1).max(7), opens: timeOfDay, closes: timeOfDay });

const service = z.object({
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
});
const provider = z.object({
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
});
const resource = z.object({ id: z.string(), name: z.string(), kind: z.string() });

/** What is active, in the domain's terms. */
export const clinicDocument = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string(),
  otherPhones: z.array(z.string()),
  staffPhones: z.array(z.string()),
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
  services: z.array(service),
  providers: z.array(provider),
  resources: z.array(resource),
  conversation: z.object({
    languages: z.array(z.string()).min(1),
    bargeInMs: z.int(),
    longestCallMinutes: z.int(),
    staffHours: z.array(openingHours),
    emergencyPhrases: z.array(z.string()),
  }),
  notices: z.object({
    quiet: z.object({ from: timeOfDay, until: timeOfDay }),
    alertPhones: z.array(z.string()),
    templates: z.array(
      z.object({ language: z.string(), kind: z.enum([...NOTICE_KINDS, 'waitlist_offer']), text: z.string() }),
    ),
  }),
  texting: z.object({ dailyUsd: z.number(), segmentUsd: z.number() }),
  rules: z.object({
    noticeMinutes: z.int(),
    horizonDays: z.int(),
    slotMinutes: z.int(),
    cancellationHours: z.int().nullable(),
  }),
  policies: z.array(z.string()),
});

const pausable = { active: z.boolean() };

/** As `clinicDocument`, of `EVERYTHING`: what is paused too, services by slug instead of id. */
export const factsDocument = clinicDocument
  .extend({
    services: z.array(service.extend(pausable)),
    providers: z.array(provider.extend({ ...pausable, calendarId: z.string().nullable() })),
    resources: z.array(resource.extend(pausable)),
  })
  .transform(({ id, services, providers, resources, ...facts }): { id: string; facts: ClinicFacts } => ({
    id,
    facts: {
      ...facts,
      services: services.map(({ id: _id, ...each }) => each),
      providers: providers.map(({ id: _id, serviceIds, ownMinutes, ...each }) => ({
        ...each,
        gives: services
          .filter((given) => serviceIds.includes(given.id))
          .map((given) => ({ service: given.slug, minutes: ownMinutes[given.id] ?? null })),
      })),
      resources: resources.map(({ id: _id, ...each }) => each),
    },
  }));

/** Names that proved to be time zones: the platform takes longer to check one than all the rest of a clinic. */
const timeZones = new Set<string>();

export function isTimeZone(name: string): boolean {
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

export const EVERYTHING = 'everything';

/** The expression over a row of `clinics` that yields the whole clinic: what is active, or everything. Times are cut to `HH:MM` as text, which keeps `24:00`. */
export function document(sql: Sql, extent: 'active' | typeof EVERYTHING = 'active') {
  const everything = extent === EVERYTHING;
  return sql`jsonb_build_object(
    'id', id, 'name', name, 'phone', phone, 'timeZone', time_zone, 'address', address,
    'otherPhones', coalesce((
      select jsonb_agg(n.phone order by position, n.phone) from clinic_numbers as n
      where n.clinic_id = clinics.id and n.phone <> clinics.phone), '[]'),
    'staffPhones', to_jsonb(array_remove(staff_phone::text || other_staff_phones::text[], null)),
    'consentSentence', consent_sentence, 'language', language, 'voice', voice,
    'persona', persona, 'greeting', greeting, 'policies', to_jsonb(policies),
    'rules', jsonb_build_object('noticeMinutes', notice_minutes, 'horizonDays', horizon_days, 'slotMinutes', slot_minutes,
      'cancellationHours', cancellation_hours),
    'conversation', jsonb_build_object(
      'languages', to_jsonb(language || array_remove(languages, language)), 'bargeInMs', barge_in_ms,
      'longestCallMinutes', longest_call_minutes, 'emergencyPhrases', to_jsonb(emergency_phrases),
      'staffHours', ${weekly(sql, sql`staff_hours as h where h.clinic_id = clinics.id`)}),
    'notices', jsonb_build_object(
      'quiet', jsonb_build_object('from', left(quiet_from::text, 5), 'until', left(quiet_until::text, 5)),
      'alertPhones', to_jsonb(alert_phones), 'templates', notice_templates),
    'texting', jsonb_build_object('dailyUsd', texting_daily_usd, 'segmentUsd', texting_segment_usd),
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
               'newPatients', new_patients, 'minimumAge', minimum_age, 'active', active) order by position, name)
      from services as s where s.clinic_id = clinics.id and (active or ${everything})), '[]'),
    'providers', coalesce((
      select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'aliases', to_jsonb(aliases), 'calendarId', calendar_id, 'active', active,
               'hours', nullif(${weekly(sql, sql`provider_hours as h where h.clinic_id = p.clinic_id and h.provider_id = p.id`)}, '[]'),
               'serviceIds', coalesce((
                 select jsonb_agg(service_id order by s.position, s.name)
                 from provider_services join services as s on s.id = service_id
                 where provider_id = p.id and provider_services.clinic_id = p.clinic_id and (s.active or ${everything})), '[]'),
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
      from providers as p where p.clinic_id = clinics.id and (active or ${everything})), '[]'),
    'resources', coalesce((
      select jsonb_agg(jsonb_build_object('id', id, 'name', name, 'kind', kind, 'active', active) order by position, name)
      from resources as r where r.clinic_id = clinics.id and (active or ${everything})), '[]'))`;
}

/** Weekly hours out of the rows of a table called `h`. */
function weekly(sql: Sql, rows: ReturnType<Sql>) {
  return sql`coalesce((
    select jsonb_agg(jsonb_build_object('weekday', weekday, 'opens', left(opens::text, 5), 'closes', left(closes::text, 5))
                     order by weekday, opens)
    from ${rows}), '[]')`;
}
