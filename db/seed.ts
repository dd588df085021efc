/**
 * Puts the demo clinics into a migrated database. A clinic that is there already, in whatever state its staff left it,
 * is not touched: each is written whole, by one statement, or not at all.
 */
import { openPostgres, type Sql } from './postgres.ts';
import { SEED_CLINICS, type SeedClinic } from './seed-clinics.ts';

/** Adds the clinics that are missing; answers their names. Safe to run twice, and at the same time. */
export async function seed(databaseUrl: string): Promise<{ added: string[] }> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'ava-seed' });
  try {
    const added: string[] = [];
    for (const clinic of SEED_CLINICS) {
      if (await database.unbound('seed', (sql) => addClinic(sql, clinic))) added.push(clinic.name);
    }
    return { added };
  } finally {
    await database.close();
  }
}

/** Writes one clinic with all that belongs to it; false where its id or its number is taken. */
async function addClinic(sql: Sql, clinic: SeedClinic): Promise<boolean> {
  const rows = await sql`
    with fact as (select ${JSON.stringify(documentOf(clinic))}::text::jsonb as it),
    clinic as (
      insert into clinics (id, name, phone, staff_phone, time_zone, address, consent_sentence, language, voice,
                           notice_minutes, horizon_days, slot_minutes, policies, languages, barge_in_ms,
                           longest_call_minutes, emergency_phrases)
      select id, name, phone, "staffPhone", "timeZone", address, "consentSentence", language, voice,
             "noticeMinutes", "horizonDays", "slotMinutes", array(select jsonb_array_elements_text(policies)),
             array(select jsonb_array_elements_text(languages)), "bargeInMs", "longestCallMinutes",
             array(select jsonb_array_elements_text("emergencyPhrases"))
      from fact, jsonb_to_record(it -> 'clinic') as c(
        id uuid, name text, phone text, "staffPhone" text, "timeZone" text, address text, "consentSentence" text,
        language text, voice text, "noticeMinutes" int, "horizonDays" int, "slotMinutes" int, policies jsonb,
        languages jsonb, "bargeInMs" int, "longestCallMinutes" int, "emergencyPhrases" jsonb)
      on conflict do nothing
      returning id
    ),
    weekly as (
      insert into opening_hours (clinic_id, weekday, opens, closes)
      select clinic.id, h.* from clinic, fact, jsonb_to_recordset(it -> 'hours') as h(weekday int, opens time, closes time)
    ),
    staffed as (
      insert into staff_hours (clinic_id, weekday, opens, closes)
      select clinic.id, h.*
      from clinic, fact, jsonb_to_recordset(it -> 'staffHours') as h(weekday int, opens time, closes time)
    ),
    special as (
      insert into special_days (clinic_id, date, reason)
      select clinic.id, d.* from clinic, fact, jsonb_to_recordset(it -> 'specialDays') as d(date date, reason text)
    ),
    special_hours as (
      insert into special_day_hours (clinic_id, date, opens, closes)
      select clinic.id, d.date, h.opens, h.closes
      from clinic, fact, jsonb_to_recordset(it -> 'specialDays') as d(date date, hours jsonb),
           jsonb_to_recordset(d.hours) as h(opens time, closes time)
    ),
    offered as (
      insert into services (clinic_id, id, slug, name, aliases, minutes, buffer_before_minutes, buffer_after_minutes,
                            price_cents, description, position)
      select clinic.id, s.id, slug, name, array(select jsonb_array_elements_text(aliases)), minutes,
             "bufferBeforeMinutes", "bufferAfterMinutes", "priceCents", description, position
      from clinic, fact, jsonb_to_recordset(it -> 'services') as s(
        id uuid, slug text, name text, aliases jsonb, minutes int, "bufferBeforeMinutes" int,
        "bufferAfterMinutes" int, "priceCents" int, description text, position int)
    ),
    staff as (
      insert into providers (clinic_id, id, name, calendar_id, position)
      select clinic.id, p.id, name, "calendarId", position
      from clinic, fact, jsonb_to_recordset(it -> 'providers') as p(id uuid, name text, "calendarId" text, position int)
    ),
    skills as (
      insert into provider_services (clinic_id, provider_id, service_id)
      select clinic.id, p.id, given.id::uuid
      from clinic, fact, jsonb_to_recordset(it -> 'providers') as p(id uuid, "serviceIds" jsonb),
           jsonb_array_elements_text(p."serviceIds") as given(id)
    ),
    shifts as (
      insert into provider_hours (clinic_id, provider_id, weekday, opens, closes)
      select clinic.id, p.id, h.weekday, h.opens, h.closes
      from clinic, fact, jsonb_to_recordset(it -> 'providers') as p(id uuid, hours jsonb),
           jsonb_to_recordset(p.hours) as h(weekday int, opens time, closes time)
    )
    select id from clinic`;
  return rows.length > 0;
}

/** The clinic as the statement reads it: rules and order spelled out, services by id. */
function documentOf({ hours, specialDays, services, providers, rules, conversation, ...clinic }: SeedClinic) {
  const { staffHours, ...manner } = conversation;
  return {
    clinic: { ...clinic, ...rules, ...manner },
    hours,
    staffHours,
    specialDays,
    services: services.map((service, position) => ({ ...service, position })),
    providers: providers.map(({ gives, ...provider }, position) => ({
      ...provider,
      hours: provider.hours ?? [],
      serviceIds: services.filter(({ slug }) => gives?.includes(slug) ?? true).map(({ id }) => id),
      position,
    })),
  };
}
