-- What opens a clinic's calendars, and whether it does.

create table calendar_accounts (
  clinic_id uuid primary key references clinics on delete cascade,
  credentials bytea,
  key_id text,
  status text not null default 'connected' check (status in ('connected', 'disconnected')),
  trouble text check (trouble <> ''),
  status_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nulls(credentials, key_id) in (0, 2)),
  check ((status = 'disconnected') = (trouble is not null))
);
comment on table calendar_accounts is 'At most one row a clinic; one without a row has the installation''s own credentials, of which nothing bad is known.';
comment on column calendar_accounts.credentials is 'Sealed by AES-256-GCM, bound to the clinic; null: the installation''s own (GOOGLE_CREDENTIALS).';
comment on column calendar_accounts.key_id is 'Which of ENCRYPTION_KEYS opens it; no secret.';
comment on column calendar_accounts.trouble is 'Why the calendar is disconnected, for staff to read; cleared when it works again.';

alter table calendar_accounts enable row level security;
create policy rows_of_clinic on calendar_accounts to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert, update on calendar_accounts to ava_app;
