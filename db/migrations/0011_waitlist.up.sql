-- Who would come where a time became free, and why appointments were given up: the two sides of a cancelled time.

create table waitlist (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  conversation_id uuid,
  service_id uuid not null,
  provider_id uuid,
  wanted_from timestamptz not null,
  wanted_until timestamptz,
  customer_name text not null check (customer_name <> ''),
  customer_phone phone_number not null,
  status text not null default 'waiting' check (status in ('waiting', 'matched')),
  matched_provider_id uuid,
  matched_starts_at timestamptz,
  matched_ends_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (clinic_id, service_id) references services (clinic_id, id) on delete cascade,
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  foreign key (clinic_id, matched_provider_id) references providers (clinic_id, id) on delete cascade,
  check (wanted_from < wanted_until),
  constraint waitlist_match check (
    num_nonnulls(matched_provider_id, matched_starts_at, matched_ends_at) = case status when 'waiting' then 0 else 3 end)
);
comment on table waitlist is 'Customers who would come earlier, or at all, where a time became free.';
comment on column waitlist.conversation_id is 'No foreign key: the record of a conversation is written behind.';
comment on column waitlist.provider_id is 'Null: whoever is free.';
comment on column waitlist.status is 'matched: a time became free that suits, and the customer is to be told. It is not kept for them: whoever tells them makes sure that it is still free, or has them wait on.';

create unique index waitlist_one_waiting on waitlist (clinic_id, customer_phone, service_id, provider_id) nulls not distinct
  where status = 'waiting';
create index waitlist_by_service on waitlist (clinic_id, service_id, created_at) where status = 'waiting';
create index waitlist_by_status on waitlist (clinic_id, status, created_at);
create index waitlist_by_conversation on waitlist (clinic_id, conversation_id);

alter table waitlist enable row level security;
create policy rows_of_clinic on waitlist to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert, update on waitlist to ava_app;

alter table appointments add column cancellation_reason text check (cancellation_reason <> '');
comment on column appointments.cancellation_reason is 'In the customer''s words, where they gave one.';
