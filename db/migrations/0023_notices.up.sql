-- Texts about appointments: when and in which words a clinic wants them, which were sent, and what customers answered.

alter table clinics
  add column quiet_from time not null default '21:00',
  add column quiet_until time not null default '08:00',
  add column alert_phones text[] not null default '{}'
    check (array_position(alert_phones, null) is null
           and array_to_string(alert_phones, ' ') ~ '^(\+[1-9][0-9]{6,14}( (?=.)|$))*$'),
  add column notice_templates jsonb not null default '[]' check (jsonb_typeof(notice_templates) = 'array');
comment on column clinics.quiet_from is 'From here to quiet_until, in clinic time, nobody is reminded or offered anything; the same time twice: never quiet.';
comment on column clinics.alert_phones is 'Who of the staff gets a text of messages and escalations; where there is none, staff_phone.';
comment on column clinics.notice_templates is 'The clinic''s own words, [{language, kind, text}], in place of the built-in ones.';

alter table appointments add column attendance_confirmed_at timestamptz;
comment on column appointments.attendance_confirmed_at is 'When the customer said by text that they will come; null again once it is moved.';

create table notices (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  appointment_id uuid not null,
  appointment_version int not null check (appointment_version > 0),
  kind text not null check (kind in ('booked', 'rescheduled', 'cancelled', 'reminder_day', 'reminder_soon')),
  phone phone_number not null,
  created_at timestamptz not null default now(),
  unique (appointment_id, appointment_version, kind),
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id) on delete cascade
);
comment on table notices is 'What customers were told of their appointments, noted with the text itself: once for each version and kind.';
create index notices_by_phone on notices (clinic_id, phone, created_at);

alter table notices enable row level security;
create policy rows_of_clinic on notices to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert on notices to ava_app;
