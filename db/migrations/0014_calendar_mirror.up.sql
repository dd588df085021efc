-- What else keeps providers busy, as their calendars outside say: a copy, and how old it is.

create table calendar_mirrors (
  clinic_id uuid not null references clinics on delete cascade,
  calendar_id text not null check (calendar_id <> ''),
  sync_token text,
  mirrored_at timestamptz,
  due_at timestamptz not null default now(),
  failures int not null default 0 check (failures >= 0),
  trouble text check (trouble <> ''),
  trouble_status int,
  trouble_at timestamptz,
  channel_id uuid unique,
  channel_resource_id text,
  channel_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (clinic_id, calendar_id),
  check (num_nulls(trouble, trouble_status, trouble_at) in (0, 3)),
  check (num_nulls(channel_id, channel_resource_id, channel_expires_at) in (0, 3))
);
comment on table calendar_mirrors is 'One row a calendar that a provider has: how new our copy of its busy times is, and when it is looked at next.';
comment on column calendar_mirrors.sync_token is 'Where the copy stands in the calendar''s history; null: the next look takes everything.';
comment on column calendar_mirrors.mirrored_at is 'As of when the copy is whole; null: never yet.';
comment on column calendar_mirrors.due_at is 'Looked at no earlier; whoever looks moves it on first, so that nobody else does.';
comment on column calendar_mirrors.trouble is 'Why the last look failed; null after one that did not.';
comment on column calendar_mirrors.channel_id is 'By which the calendar knocks when something changes: it only makes the next look due.';
create index calendar_mirrors_by_due on calendar_mirrors (due_at);

create table calendar_busy (
  clinic_id uuid not null,
  calendar_id text not null,
  event_id text not null check (event_id <> ''),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (clinic_id, calendar_id, event_id),
  foreign key (clinic_id, calendar_id) references calendar_mirrors on delete cascade,
  check (starts_at < ends_at)
);
comment on table calendar_busy is 'Times taken by what is not ours; nothing of what it is. They may overlap each other and us.';
create index calendar_busy_by_end on calendar_busy (clinic_id, calendar_id, ends_at);

do $$
declare
  name text;
begin
  foreach name in array array['calendar_mirrors', 'calendar_busy'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
    execute format('grant select, insert, update, delete on %I to ava_app', name);
  end loop;
end
$$;
