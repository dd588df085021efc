-- What clinics' own systems are told: where to, what happened, and what became of telling them.

create table webhook_endpoints (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  url text not null check (url ~ '^https?://' and length(url) <= 2000),
  events text[] not null check (cardinality(events) > 0 and array_position(events, null) is null),
  secret bytea not null,
  key_id text not null,
  created_at timestamptz not null default now(),
  unique (clinic_id, id)
);
comment on table webhook_endpoints is 'Addresses of clinics'' own systems that want to be told of events.';
comment on column webhook_endpoints.secret is 'What requests are signed with, sealed by AES-256-GCM and bound to the row.';
comment on column webhook_endpoints.key_id is 'Which of ENCRYPTION_KEYS opens it; no secret.';

create table webhook_events (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  type text not null check (type ~ '^[a-z]+\.[a-z]+$'),
  subject_id uuid not null,
  body text not null check (body <> ''),
  created_at timestamptz not null default now(),
  unique (clinic_id, id)
);
comment on table webhook_events is 'What happened, as it stood in the transaction that did it; forgotten after 30 days.';
comment on column webhook_events.body is 'As it is sent, byte for byte, however often: it is what the signature is made of.';

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  event_id uuid not null,
  endpoint_id uuid not null,
  status text not null default 'due' check (status in ('due', 'delivered', 'dead')),
  attempts int not null default 0 check (attempts >= 0),
  reason text check (reason <> ''),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (event_id, endpoint_id),
  foreign key (clinic_id, event_id) references webhook_events (clinic_id, id) on delete cascade,
  foreign key (clinic_id, endpoint_id) references webhook_endpoints (clinic_id, id) on delete cascade
);
comment on table webhook_deliveries is 'One event for one endpoint; the outbox says when it is tried.';
comment on column webhook_deliveries.reason is 'What kept the last attempt from being taken, in words of a closed set.';

create index webhook_endpoints_by_clinic on webhook_endpoints (clinic_id, created_at);
create index webhook_events_by_time on webhook_events (created_at);
create index webhook_events_by_clinic on webhook_events (clinic_id, created_at);
create index webhook_deliveries_by_status on webhook_deliveries (clinic_id, status, updated_at);
create index webhook_deliveries_by_endpoint on webhook_deliveries (clinic_id, endpoint_id);

do $$
declare
  name text;
begin
  foreach name in array array['webhook_endpoints', 'webhook_events', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
  end loop;
end
$$;
grant select, insert, delete on webhook_endpoints to ava_app;
grant select, insert on webhook_events to ava_app;
grant select, insert, update on webhook_deliveries to ava_app;
