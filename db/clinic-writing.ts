/**
 * Writes what a clinic is, whole, as one step of a transaction that its caller opened (`Database.transaction`); triggers
 * tell running nodes of it once that has committed. Services keep their ids by slug; providers, rooms and devices by name.
 */
import { numbersOf, type OpeningHours } from '../src/domain/clinic.ts';
import type { ClinicFacts } from './clinic-facts.ts';
import type { Sql } from './postgres.ts';

/** Column → value, as JSON; Postgres makes its own types of them. Rows of one list have the same columns. */
type Row = Readonly<Record<string, unknown>>;

interface Identified {
  readonly id?: string;
}

/**
 * Adds a clinic and answers its id; undefined where its id or one of its numbers is taken. Throws Postgres' error where
 * a number is taken at the same moment.
 */
export async function addClinic(sql: Sql, facts: ClinicFacts & Identified): Promise<string | undefined> {
  const row = { ...clinicRow(facts), ...givenId(facts) };
  const columns = listed(sql, Object.keys(row));
  const [added] = await sql`
    insert into clinics (${columns})
    select ${columns} from jsonb_populate_record(null::clinics, ${JSON.stringify(row)}::text::jsonb)
    where not exists (select from clinic_numbers as n where n.phone in ${sql(numbersOf(facts))})
    on conflict do nothing
    returning id`;
  if (added === undefined) return undefined;
  const clinicId = String(added['id']);
  await writeBelongings(sql, clinicId, facts);
  return clinicId;
}

/**
 * Makes a clinic what the facts say. What they no longer name is removed, or kept but no longer offered where an
 * appointment or somebody on the waitlist refers to it; answers the names of what was kept. Throws Postgres' error where
 * the number is another clinic's, or something was booked of what it just removed: then nothing was changed.
 */
export async function changeClinic(sql: Sql, clinicId: string, facts: ClinicFacts): Promise<readonly string[]> {
  const row = clinicRow(facts);
  const columns = listed(sql, Object.keys(row));
  await sql`
    update clinics set (${columns}, updated_at) = (
      select ${columns}, now() from jsonb_populate_record(null::clinics, ${JSON.stringify(row)}::text::jsonb))
    where id = ${clinicId}`;
  for (const table of REPLACED) await sql`delete from ${sql(table)} where clinic_id = ${clinicId}`;
  await writeBelongings(sql, clinicId, facts);
  return [
    ...(await retire(
      sql,
      clinicId,
      'services',
      facts.services.map(({ slug }) => slug),
    )),
    ...(await retire(
      sql,
      clinicId,
      'providers',
      facts.providers.map(({ name }) => name),
    )),
    ...(await retire(
      sql,
      clinicId,
      'resources',
      facts.resources.map(({ name }) => name),
    )),
  ];
}

/** What nothing refers to, so that it can be written anew. */
const REPLACED = ['opening_hours', 'staff_hours', 'special_days', 'provider_services', 'provider_hours', 'time_off'];

/** What the rows of each table are known by, whatever else of them changes. */
const KEYS = { services: 'slug', providers: 'name', resources: 'name' } as const;
type Kept = keyof typeof KEYS;

/** Removes the rows under all other keys, or pauses those that are still referred to; answers the names of these. */
async function retire(sql: Sql, clinicId: string, table: Kept, keys: readonly string[]): Promise<string[]> {
  const gone = sql`
    clinic_id = ${clinicId}
    and ${sql(KEYS[table])} not in (select jsonb_array_elements_text(${JSON.stringify(keys)}::text::jsonb))`;
  await sql`
    delete from ${sql(table)} as t
    where ${gone}
      and not exists (select from occupied where clinic_id = t.clinic_id and resource_id = t.id)
      and not exists (
            select from appointments where clinic_id = t.clinic_id and t.id in (service_id, provider_id))
      and not exists (
            select from waitlist
            where clinic_id = t.clinic_id and t.id in (service_id, provider_id, matched_provider_id))`;
  const paused = await sql`update ${sql(table)} set active = false, updated_at = now() where ${gone} returning name`;
  return paused.map((row) => String(row['name']));
}

function clinicRow({ rules, conversation, notices, texting, ...facts }: ClinicFacts): Row {
  return {
    name: facts.name,
    phone: facts.phone,
    staff_phone: facts.staffPhones[0] ?? null,
    other_staff_phones: facts.staffPhones.slice(1),
    time_zone: facts.timeZone,
    address: facts.address,
    consent_sentence: facts.consentSentence,
    language: facts.language,
    languages: conversation.languages,
    voice: facts.voice,
    persona: facts.persona,
    greeting: facts.greeting,
    notice_minutes: rules.noticeMinutes,
    horizon_days: rules.horizonDays,
    slot_minutes: rules.slotMinutes,
    cancellation_hours: rules.cancellationHours,
    policies: facts.policies,
    barge_in_ms: conversation.bargeInMs,
    longest_call_minutes: conversation.longestCallMinutes,
    emergency_phrases: conversation.emergencyPhrases,
    quiet_from: notices.quiet.from,
    quiet_until: notices.quiet.until,
    alert_phones: notices.alertPhones,
    notice_templates: notices.templates,
    texting_daily_usd: texting.dailyUsd,
    texting_segment_usd: texting.segmentUsd,
  };
}

async function writeBelongings(sql: Sql, clinicId: string, facts: ClinicFacts): Promise<void> {
  const services = facts.services.map((service: ClinicFacts['services'][number] & Identified, position) => ({
    ...givenId(service),
    slug: service.slug,
    name: service.name,
    aliases: service.aliases,
    minutes: service.minutes,
    buffer_before_minutes: service.bufferBeforeMinutes,
    buffer_after_minutes: service.bufferAfterMinutes,
    price_cents: service.priceCents,
    description: service.description,
    preparation: service.preparation,
    needs: service.needs,
    new_patients: service.newPatients,
    minimum_age: service.minimumAge,
    active: service.active,
    position,
  }));
  const providers = facts.providers.map((provider: ClinicFacts['providers'][number] & Identified, position) => ({
    ...givenId(provider),
    name: provider.name,
    aliases: provider.aliases,
    calendar_id: provider.calendarId,
    active: provider.active,
    position,
  }));
  const resources = facts.resources.map((resource: ClinicFacts['resources'][number] & Identified, position) => ({
    ...givenId(resource),
    name: resource.name,
    kind: resource.kind,
    active: resource.active,
    position,
  }));
  await writeNumbers(sql, clinicId, facts);
  await keep(sql, clinicId, 'services', services);
  await keep(sql, clinicId, 'providers', providers);
  await keep(sql, clinicId, 'resources', resources);
  await writeHours(sql, clinicId, facts);
  await writeProviders(sql, clinicId, facts);
}

/** The first number is kept by the database itself, whoever changes it. */
async function writeNumbers(sql: Sql, clinicId: string, { otherPhones }: ClinicFacts): Promise<void> {
  await sql`
    delete from clinic_numbers as n using clinics as c
    where n.clinic_id = ${clinicId} and c.id = n.clinic_id and n.phone <> c.phone`;
  await sql`
    insert into clinic_numbers (phone, clinic_id, position)
    select phone, ${clinicId}, position
    from jsonb_array_elements_text(${JSON.stringify(otherPhones)}::text::jsonb) with ordinality as other(phone, position)`;
}

/** New rows in, those of the same key changed. */
async function keep(sql: Sql, clinicId: string, table: Kept, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const names = Object.keys(first);
  const columns = listed(sql, names);
  const excluded = listed(
    sql,
    names.map((name) => `excluded.${name}`),
  );
  await sql`
    insert into ${sql(table)} (clinic_id, ${columns})
    select ${clinicId}, ${columns}
    from jsonb_populate_recordset(null::${sql(table)}, ${JSON.stringify(rows)}::text::jsonb)
    on conflict (clinic_id, ${sql(KEYS[table])}) do update
    set (${columns}, updated_at) = row(${excluded}, now())`;
}

async function writeHours(sql: Sql, clinicId: string, facts: ClinicFacts): Promise<void> {
  await sql`
    insert into opening_hours (clinic_id, weekday, opens, closes)
    select ${clinicId}, weekday, opens, closes
    from jsonb_populate_recordset(null::opening_hours, ${JSON.stringify(facts.hours)}::text::jsonb)`;
  await sql`
    insert into staff_hours (clinic_id, weekday, opens, closes)
    select ${clinicId}, weekday, opens, closes
    from jsonb_populate_recordset(null::staff_hours, ${JSON.stringify(facts.conversation.staffHours)}::text::jsonb)`;
  await sql`
    insert into special_days (clinic_id, date, reason)
    select ${clinicId}, date, reason
    from jsonb_populate_recordset(null::special_days, ${JSON.stringify(facts.specialDays)}::text::jsonb)`;
  const hours = facts.specialDays.flatMap(({ date, hours }) => hours.map((each) => ({ date, ...each })));
  await sql`
    insert into special_day_hours (clinic_id, date, opens, closes)
    select ${clinicId}, date, opens, closes
    from jsonb_populate_recordset(null::special_day_hours, ${JSON.stringify(hours)}::text::jsonb)`;
}

/** What each provider gives, when they work and when they are away. */
async function writeProviders(sql: Sql, clinicId: string, { providers }: ClinicFacts): Promise<void> {
  const ofEach = (rows: (provider: ClinicFacts['providers'][number]) => readonly object[]): string =>
    JSON.stringify(providers.flatMap((provider) => rows(provider).map((row) => ({ provider: provider.name, ...row }))));
  await sql`
    insert into provider_services (clinic_id, provider_id, service_id, minutes)
    select ${clinicId}, p.id, s.id, given.minutes
    from jsonb_to_recordset(${ofEach(({ gives }) => gives)}::text::jsonb) as given(provider text, service text, minutes int)
    join providers as p on p.clinic_id = ${clinicId} and p.name = given.provider
    join services as s on s.clinic_id = ${clinicId} and s.slug = given.service`;
  await sql`
    insert into provider_hours (clinic_id, provider_id, weekday, opens, closes)
    select ${clinicId}, p.id, weekday, opens, closes
    from jsonb_to_recordset(${ofEach(({ hours }): readonly OpeningHours[] => hours ?? [])}::text::jsonb)
      as h(provider text, weekday int, opens time, closes time)
    join providers as p on p.clinic_id = ${clinicId} and p.name = h.provider`;
  await sql`
    insert into time_off (clinic_id, provider_id, first_day, last_day, leaves, returns)
    select ${clinicId}, p.id, "from", "to", leaves, returns
    from jsonb_to_recordset(${ofEach(({ timeOff }) => timeOff.map(({ between, ...days }) => ({ ...days, ...between })))}::text::jsonb)
      as t(provider text, "from" date, "to" date, leaves time, returns time)
    join providers as p on p.clinic_id = ${clinicId} and p.name = t.provider`;
}

/** Columns as SQL. Their names are this file's own; the driver's builder guesses from the words around it. */
function listed(sql: Sql, columns: readonly string[]) {
  return sql.unsafe(columns.join(', '));
}

function givenId({ id }: Identified): Identified {
  return id === undefined ? {} : { id };
}
