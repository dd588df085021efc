-- Time that became free is offered by text to whoever waits longest, and after a while to the next.

alter table waitlist drop constraint waitlist_status_check;
alter table waitlist add constraint waitlist_status_check check (status in ('waiting', 'matched', 'booked', 'closed'));
comment on column waitlist.status is 'matched: a time became free that suits, and is being offered. booked: they took it. closed: they wait by another entry.';

create table waitlist_offers (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  waitlist_id uuid not null references waitlist on delete cascade,
  provider_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  phone phone_number not null,
  status text not null default 'open' check (status in ('open', 'accepted', 'lapsed')),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  updated_at timestamptz not null default now(),
  unique (waitlist_id, provider_id, starts_at),
  foreign key (clinic_id, provider_id) references providers (clinic_id, id) on delete cascade,
  check (starts_at < ends_at)
);
comment on table waitlist_offers is 'What was offered to whom, noted with the text; nobody is offered the same time twice. Kept for them by a hold under the entry''s id.';
create index waitlist_offers_by_phone on waitlist_offers (clinic_id, phone, created_at);

alter table waitlist_offers enable row level security;
create policy rows_of_clinic on waitlist_offers to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert, update on waitlist_offers to ava_app;
