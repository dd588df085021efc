-- Customers, appointments, holds, and the one constraint that keeps two of them from taking the same time.

create table customers (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  phone phone_number not null,
  name text not null default '',
  email text check (email <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (clinic_id, phone),
  unique (clinic_id, id)
);
comment on table customers is 'People known to a clinic by their phone number. The same number at two clinics is two customers.';

create table appointments (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  customer_id uuid not null,
  service_id uuid not null,
  provider_id uuid not null,
  status text not null default 'confirmed' check (status in ('confirmed', 'cancelled', 'completed', 'no_show')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  customer_name text not null,
  notes text,
  channel text not null check (channel in ('voice', 'web', 'sms')),
  conversation_id uuid,
  booking_key text not null check (booking_key <> ''),
  version int not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (clinic_id, id),
  foreign key (clinic_id, customer_id) references customers (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id),
  foreign key (clinic_id, provider_id) references providers (clinic_id, id),
  check (starts_at < ends_at)
);
comment on table appointments is 'The truth about what was booked. Calendars outside mirror it.';
comment on column appointments.customer_name is 'As given for this appointment: a family may share a phone number.';
comment on column appointments.conversation_id is 'No foreign key: a booking is committed before the record of its conversation, which is written behind.';
comment on column appointments.booking_key is 'Semantic idempotency key; it hits only while its appointment is confirmed.';
comment on column appointments.version is 'Raised by each change, so that a calendar write knows whether it is still the newest.';

create unique index appointments_active_key on appointments (clinic_id, booking_key) where status = 'confirmed';
create index appointments_by_provider on appointments (clinic_id, provider_id, starts_at);
create index appointments_by_time on appointments (clinic_id, starts_at);
create index appointments_by_status on appointments (clinic_id, status, starts_at);
create index appointments_by_customer on appointments (clinic_id, customer_id, starts_at);
create index appointments_by_conversation on appointments (clinic_id, conversation_id);
create index customers_by_creation on customers (clinic_id, created_at);

create table holds (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  conversation_id uuid not null,
  service_id uuid not null,
  provider_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (clinic_id, conversation_id),
  unique (clinic_id, id),
  foreign key (clinic_id, service_id) references services (clinic_id, id) on delete cascade,
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  check (starts_at < ends_at)
);
comment on table holds is 'Slots kept for a caller who is choosing: one a conversation, and never for long. A lapsed one is deleted by the next booking of its resource.';

create table occupied (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  resource_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  during tstzrange not null generated always as (tstzrange(starts_at, ends_at)) stored,
  appointment_id uuid,
  hold_id uuid,
  foreign key (clinic_id, appointment_id) references appointments (clinic_id, id) on delete cascade,
  foreign key (clinic_id, hold_id) references holds (clinic_id, id) on delete cascade,
  check (num_nonnulls(appointment_id, hold_id) = 1),
  constraint occupied_length check (starts_at < ends_at and ends_at - starts_at <= interval '24 hours'),
  constraint occupied_no_overlap exclude using gist (resource_id with =, during with &&)
);
comment on table occupied is 'Who or what is taken when, buffers included: the rows of active appointments and of holds, under one exclusion constraint.';
comment on column occupied.resource_id is 'A provider; rooms and devices are further resources of the same appointment. No foreign key, for that reason.';
comment on constraint occupied_length on occupied is 'Reads look back 24 hours by btree on starts_at: && is not leakproof, so row security would keep it from using the GiST index.';

create index occupied_by_resource on occupied (clinic_id, resource_id, starts_at);
create index occupied_by_appointment on occupied (clinic_id, appointment_id) where appointment_id is not null;
create index occupied_by_hold on occupied (clinic_id, hold_id) where hold_id is not null;

create table outbox (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  kind text not null check (kind <> ''),
  subject_id uuid not null,
  status text not null default 'due' check (status in ('due', 'done', 'dead')),
  due_at timestamptz not null default now(),
  attempts int not null default 0 check (attempts >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table outbox is 'Work that must outlive the call, written in the transaction that makes it necessary. Level-triggered: a row says which subject, the worker makes the outside match it.';

create unique index outbox_one_due on outbox (kind, subject_id) where status = 'due';
create index outbox_by_due on outbox (due_at) where status = 'due';
create index outbox_by_clinic on outbox (clinic_id, status, due_at);

do $$
declare
  name text;
begin
  foreach name in array array['customers', 'appointments', 'holds', 'occupied', 'outbox'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
  end loop;
end
$$;
grant select, insert, update on customers, appointments, outbox to ava_app;
grant select, insert, update, delete on holds, occupied to ava_app;
