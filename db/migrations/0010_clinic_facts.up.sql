-- What a real clinic needs beyond its hours: a manner of its own, rooms and devices, time off, who may book what.

alter table clinics
  add column persona text not null default '',
  add column greeting text check (greeting <> ''),
  add column cancellation_hours int check (cancellation_hours between 0 and 720);
comment on column clinics.persona is 'How Ava is to sound, in staff''s words. It never overrides what she must and must not say.';
comment on column clinics.greeting is 'Said in the clinic''s language before the disclosure, in place of the built-in opening.';
comment on column clinics.cancellation_hours is 'Until how long before its start an appointment may be cancelled or moved without staff; null: until it starts.';

create table resources (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  name text not null check (name <> ''),
  kind text not null check (kind ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  position int not null default 0,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (clinic_id, name),
  unique (clinic_id, id)
);
comment on table resources is 'Rooms and devices. One appointment at a time may occupy each, as it does its provider.';
comment on column resources.kind is 'What services ask for: any free resource of the kind will do.';
create index resources_by_clinic on resources (clinic_id, position);

alter table services
  add column preparation text not null default '',
  add column needs text[] not null default '{}' check (array_position(needs, null) is null),
  add column new_patients boolean not null default true,
  add column minimum_age int check (minimum_age between 1 and 120);
comment on column services.preparation is 'What the customer should do or bring, told when it is booked.';
comment on column services.needs is 'Kinds of resources: an appointment takes one of each, besides its provider.';
comment on column services.new_patients is 'False: only for people whom the clinic knows already.';

alter table providers
  add column aliases text[] not null default '{}' check (array_position(aliases, null) is null);
comment on column providers.aliases is 'Other names callers use.';

alter table provider_services add column minutes int check (minutes between 5 and 720);
comment on column provider_services.minutes is 'Where this provider takes longer, or less long, than the service says.';

create table time_off (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null,
  provider_id uuid not null,
  first_day date not null,
  last_day date not null,
  leaves time,
  returns time,
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  check (first_day <= last_day),
  check (num_nulls(leaves, returns) in (0, 2)),
  check (leaves < returns)
);
comment on table time_off is 'When a provider does not work though their hours say so, in clinic time. Why is nobody''s business here.';
comment on column time_off.leaves is 'With returns: away for these hours only, on each of the days; both null: whole days.';
create index time_off_by_provider on time_off (clinic_id, provider_id, first_day);

do $$
declare
  name text;
begin
  foreach name in array array['resources', 'time_off'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy facts_of_clinic on %I for select to ava_app
                      using (ava_clinic_id() is null or clinic_id = ava_clinic_id())', name);
    execute format('grant select on %I to ava_app', name);
    execute format('create trigger note_insert after insert on %I referencing new table as new_rows
                      for each statement execute function note_clinic_changes(%L)', name, 'clinic_id');
    execute format('create trigger note_update after update on %I referencing old table as old_rows new table as new_rows
                      for each statement execute function note_clinic_changes(%L)', name, 'clinic_id');
    execute format('create trigger note_delete after delete on %I referencing old table as old_rows
                      for each statement execute function note_clinic_changes(%L)', name, 'clinic_id');
    execute format('create trigger note_truncate before truncate on %I
                      for each statement execute function note_clinics_truncation()', name);
  end loop;
end
$$;
