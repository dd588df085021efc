-- Messages that callers leave for staff: noted by Ava, or recorded after the tone where she could not answer.

create table messages (
  id uuid primary key default gen_random_uuid(),
  clinic_id uuid not null references clinics on delete cascade,
  conversation_id uuid,
  source text not null check (source in ('conversation', 'voicemail')),
  customer_name text check (customer_name <> ''),
  customer_phone phone_number,
  text text check (text <> ''),
  recording_sid text check (recording_sid <> ''),
  recording_url text check (recording_url <> ''),
  recording_seconds int check (recording_seconds >= 0),
  status text not null default 'open' check (status in ('open', 'done')),
  message_key text not null check (message_key <> ''),
  created_at timestamptz not null,
  updated_at timestamptz not null default now(),
  unique (clinic_id, message_key),
  constraint messages_content check (case source
    when 'conversation' then num_nulls(customer_name, customer_phone, text) = 0 and recording_sid is null
    else num_nulls(recording_sid, recording_url) = 0 end)
);
comment on table messages is 'What callers left for staff, who call back and mark it done.';
comment on column messages.conversation_id is 'No foreign key: the record of a conversation is written behind. Null where none came about.';
comment on column messages.recording_url is 'Where the phone network keeps the recording; asked for with the account''s credentials.';
comment on column messages.message_key is 'Semantic idempotency key, hashed: the same message left twice is one row.';

create index messages_by_status on messages (clinic_id, status, created_at);
create index messages_by_conversation on messages (clinic_id, conversation_id) where conversation_id is not null;
create index messages_by_phone on messages (clinic_id, customer_phone, created_at) where customer_phone is not null;

alter table messages enable row level security;
create policy rows_of_clinic on messages to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert, update on messages to ava_app;
