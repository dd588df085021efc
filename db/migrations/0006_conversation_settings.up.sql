-- How a clinic wants its calls led: languages, patience, length, when staff may be reached.

alter table clinics
  add column languages text[] not null default '{}'
    check (array_position(languages, null) is null and array_position(languages, '') is null
           and array_to_string(languages, ' ') ~ '^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*( (?=.)|$))*$'),
  add column barge_in_ms int not null default 600 check (barge_in_ms between 100 and 5000),
  add column longest_call_minutes int not null default 30 check (longest_call_minutes between 2 and 240),
  add column emergency_phrases text[] not null default '{}'
    check (array_position(emergency_phrases, null) is null and array_position(emergency_phrases, '') is null);
comment on column clinics.languages is 'BCP 47 codes spoken besides language, which is always the first, named here or not.';
comment on column clinics.barge_in_ms is 'How long a noise of the caller''s may be before it takes the floor from Ava.';
comment on column clinics.emergency_phrases is 'The clinic''s own words for an emergency, beside those that are built in.';

create table staff_hours (
  clinic_id uuid not null references clinics on delete cascade,
  weekday int not null check (weekday between 1 and 7),
  opens time not null,
  closes time not null,
  primary key (clinic_id, weekday, opens),
  check (opens < closes)
);
comment on table staff_hours is 'When somebody answers the staff line, weekly, in clinic time; a clinic without rows is reached in its opening hours.';

alter table staff_hours enable row level security;
create policy facts_of_clinic on staff_hours for select to ava_app
  using (ava_clinic_id() is null or clinic_id = ava_clinic_id());
grant select on staff_hours to ava_app;

create trigger note_insert after insert on staff_hours referencing new table as new_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_update after update on staff_hours referencing old table as old_rows new table as new_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_delete after delete on staff_hours referencing old table as old_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_truncate before truncate on staff_hours
  for each statement execute function note_clinics_truncation();
