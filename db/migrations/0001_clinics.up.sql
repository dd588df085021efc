-- Clinics and the facts Ava may state about them; the role that every clinic-bound transaction runs as.

create extension if not exists btree_gist;

-- Roles belong to the whole cluster, so two databases (or two processes) may create this one at the same moment.
do $$
begin
  if not exists (select from pg_roles where rolname = 'ava_app') then
    create role ava_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then null;
end
$$;

-- Whoever migrates also serves in most installations, and must be able to `set role ava_app`. A superuser always may.
do $$
begin
  if not pg_has_role(current_user, 'ava_app', 'member') then
    execute format('grant ava_app to %I', current_user);
  end if;
exception
  when unique_violation then null;
end
$$;

grant usage on schema public to ava_app;

create function ava_clinic_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('ava.clinic_id', true), '')::uuid;
comment on function ava_clinic_id() is 'The clinic this transaction was bound to by set_config(''ava.clinic_id'', …, true); null where none was.';

create domain phone_number as text
  check (value ~ '^\+[1-9][0-9]{6,14}$');
comment on domain phone_number is 'E.164.';

create table clinics (
  id uuid primary key default gen_random_uuid(),
  name text not null check (name <> ''),
  phone phone_number not null unique,
  staff_phone phone_number,
  time_zone text not null,
  address text not null default '',
  consent_sentence text check (consent_sentence <> ''),
  language text not null default 'en-US',
  voice text not null default 'marin',
  notice_minutes int not null default 60 check (notice_minutes >= 0),
  horizon_days int not null default 60 check (horizon_days between 1 and 730),
  slot_minutes int not null default 30 check (slot_minutes between 5 and 240),
  policies text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table clinics is 'One row a clinic: how it is reached, greeted and booked. Cached on every node.';
comment on column clinics.policies is 'Sentences that staff wrote: cancellation, deposits, parking.';

create table opening_hours (
  clinic_id uuid not null references clinics on delete cascade,
  weekday int not null check (weekday between 1 and 7),
  opens time not null,
  closes time not null,
  primary key (clinic_id, weekday, opens),
  check (opens < closes)
);
comment on table opening_hours is 'Weekly hours in clinic time; ISO weekdays, 1 is Monday; two rows a day make a lunch break.';

create table special_days (
  clinic_id uuid not null references clinics on delete cascade,
  date date not null,
  reason text not null,
  primary key (clinic_id, date)
);
comment on table special_days is 'Days that differ from the weekly hours: closed, unless special_day_hours has rows for them.';

create table special_day_hours (
  clinic_id uuid not null,
  date date not null,
  opens time not null,
  closes time not null,
  primary key (clinic_id, date, opens),
  foreign key (clinic_id, date) references special_days on update cascade on delete cascade,
  check (opens < closes)
);
comment on table special_day_hours is 'Hours of one special day, in clinic time.';

create table services (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (name <> ''),
  aliases text[] not null default '{}',
  minutes int not null check (minutes between 5 and 720),
  buffer_before_minutes int not null default 0 check (buffer_before_minutes between 0 and 240),
  buffer_after_minutes int not null default 0 check (buffer_after_minutes between 0 and 240),
  price_cents int check (price_cents >= 0),
  description text not null default '',
  position int not null default 0,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (clinic_id, slug),
  unique (clinic_id, id)
);
comment on table services is 'What a clinic offers. Inactive ones are no longer offered; their past appointments keep them.';
comment on column services.price_cents is 'Null where the price is told on the day; 0 is free.';

create table providers (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  name text not null check (name <> ''),
  calendar_id text check (calendar_id <> ''),
  position int not null default 0,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (clinic_id, name),
  unique (clinic_id, id)
);
comment on table providers is 'The people who treat customers. Each is a resource that one appointment at a time may occupy.';
comment on column providers.calendar_id is 'The Google calendar that mirrors this provider''s appointments.';

create table provider_services (
  clinic_id uuid not null,
  provider_id uuid not null,
  service_id uuid not null,
  primary key (provider_id, service_id),
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  foreign key (clinic_id, service_id) references services (clinic_id, id) on delete cascade
);
comment on table provider_services is 'Who gives which service.';

create table provider_hours (
  clinic_id uuid not null,
  provider_id uuid not null,
  weekday int not null check (weekday between 1 and 7),
  opens time not null,
  closes time not null,
  primary key (provider_id, weekday, opens),
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  check (opens < closes)
);
comment on table provider_hours is 'A provider''s own weekly hours; a provider without rows works whenever the clinic is open.';

create index special_day_hours_by_clinic on special_day_hours (clinic_id, date);
create index services_by_clinic on services (clinic_id, position);
create index providers_by_clinic on providers (clinic_id, position);
create index provider_services_by_clinic on provider_services (clinic_id, provider_id);
create index provider_hours_by_clinic on provider_hours (clinic_id, provider_id, weekday);

-- A transaction bound to a clinic sees that clinic; one bound to none is the directory, which finds a clinic by its
-- phone number before anyone can know which clinic it is. Nothing private stands in these tables.
do $$
declare
  name text;
begin
  execute 'alter table clinics enable row level security';
  execute 'create policy facts_of_clinic on clinics for select to ava_app
             using (ava_clinic_id() is null or id = ava_clinic_id())';
  execute 'grant select on clinics to ava_app';
  foreach name in array array['opening_hours', 'special_days', 'special_day_hours', 'services', 'providers',
                              'provider_services', 'provider_hours'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy facts_of_clinic on %I for select to ava_app
                      using (ava_clinic_id() is null or clinic_id = ava_clinic_id())', name);
    execute format('grant select on %I to ava_app', name);
  end loop;
end
$$;
