-- What it takes to bring appointments to calendars outside: rings, claims and ends of the outbox, where each event is,
-- and whose turn it is at a calendar.

alter table outbox
  add column rings int not null default 1 check (rings > 0),
  add column asked_at timestamptz not null default now(),
  add column ring_at timestamptz not null default now(),
  add column claim_token uuid,
  add column claimed_until timestamptz,
  add column reason text check (reason <> ''),
  add constraint outbox_claim check (num_nulls(claim_token, claimed_until) <> 1);
comment on column outbox.rings is 'Raised each time the work is asked for: what was claimed before is not done by then.';
comment on column outbox.asked_at is 'When the work was last asked for: how long it is tried counts from there.';
comment on column outbox.due_at is 'No earlier is it worked on: it waits out a failure, or its turn.';
comment on column outbox.ring_at is 'When the queue is told of it, again where it was told before: a doorbell may be lost.';
comment on column outbox.claim_token is 'Whoever works on it. What it did counts only while the token is still its own.';
comment on column outbox.claimed_until is 'The work is free again from here on, whatever became of who claimed it.';
comment on column outbox.reason is 'Why it failed last, or for good (dead); in words of a closed set, nothing of its subject.';

drop index outbox_by_due;
create index outbox_by_ring on outbox (ring_at) where status = 'due';
create index outbox_dead on outbox (subject_id) where status = 'dead';

create table calendar_events (
  appointment_id uuid primary key,
  clinic_id uuid not null references clinics on delete cascade,
  calendar_id text not null check (calendar_id <> ''),
  event_id text not null check (event_id ~ '^[a-v0-9]{5,}$'),
  generation int not null check (generation >= 0),
  state text not null check (state in ('writing', 'shown', 'leaving', 'gone')),
  by_hand text check (by_hand in ('removed', 'moved')),
  synced_version int check (synced_version > 0),
  since timestamptz not null,
  checked_at timestamptz,
  updated_at timestamptz not null default now(),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id) on delete cascade
);
comment on table calendar_events is 'Where an appointment''s event is, or may be: noted before anything is written there.';
comment on column calendar_events.generation is 'A calendar takes no id twice: each further event of an appointment has the next one.';
comment on column calendar_events.by_hand is 'What a human did to the event in the calendar: told to staff, and not undone.';
comment on column calendar_events.synced_version is 'The appointment''s version that was settled last; null until one was.';
comment on column calendar_events.checked_at is 'When the calendar was last compared with the book.';
create index calendar_events_by_calendar on calendar_events (clinic_id, calendar_id, event_id);
create index calendar_events_by_check on calendar_events (clinic_id, checked_at nulls first);

create table calendar_lanes (
  clinic_id uuid not null references clinics on delete cascade,
  calendar_id text not null check (calendar_id <> ''),
  claim_token uuid,
  claimed_until timestamptz,
  free_at timestamptz not null default now(),
  next_at timestamptz not null default now(),
  troubles int not null default 0 check (troubles >= 0),
  trouble text check (trouble <> ''),
  trouble_since timestamptz,
  updated_at timestamptz not null default now(),
  primary key (clinic_id, calendar_id),
  constraint calendar_lanes_claim check (num_nulls(claim_token, claimed_until) <> 1)
);
comment on table calendar_lanes is 'One writer at a time for each calendar, at a pace it can bear; one that asks for patience is waited for alone.';
comment on column calendar_lanes.free_at is 'Nobody writes to it earlier.';
comment on column calendar_lanes.next_at is 'The latest turn given to somebody who found it taken.';
comment on column calendar_lanes.troubles is 'Failures in a row that made everybody wait.';
comment on column calendar_lanes.trouble is 'Why nothing can be written to it, where nothing can.';

do $$
declare
  name text;
begin
  foreach name in array array['calendar_events', 'calendar_lanes'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
    execute format('grant select, insert, update on %I to ava_app', name);
  end loop;
end
$$;
