-- The record of conversations: who said what, which tools ran, and which node owns a live phone call.

create table conversations (
  id uuid primary key,
  clinic_id uuid not null references clinics on delete cascade,
  channel text not null check (channel in ('voice', 'web', 'sms')),
  customer_phone text,
  customer_id uuid,
  status text not null default 'active' check (status in ('active', 'ended')),
  outcome text check (outcome in ('appointment_scheduled', 'rescheduled', 'cancelled', 'waitlisted', 'message_taken',
                                  'escalated', 'info_only', 'browsing', 'abandoned', 'failed')),
  satisfaction_score numeric(3, 1) check (satisfaction_score between 1 and 10),
  sentiment text check (sentiment in ('positive', 'neutral', 'negative', 'mixed')),
  scoring_failed boolean not null default false,
  language text not null,
  started_at timestamptz not null,
  last_activity_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  unique (clinic_id, id),
  foreign key (clinic_id, customer_id) references customers (clinic_id, id),
  constraint conversations_end check ((status = 'ended') = (ended_at is not null) and (outcome is null or status = 'ended'))
);
comment on table conversations is 'One row a conversation, whatever its channel.';
comment on column conversations.customer_phone is 'As the channel gave it: a record is never refused for an odd number.';
comment on column conversations.customer_id is 'Who it turned out to be: the customer booked for, else the one known by the phone number.';

create index conversations_by_activity on conversations (clinic_id, last_activity_at);
create index conversations_by_status on conversations (clinic_id, status, last_activity_at);
create index conversations_by_customer on conversations (clinic_id, customer_id, started_at);
create index conversations_by_channel on conversations (clinic_id, channel, started_at);
create index conversations_by_start on conversations (clinic_id, started_at);

create table turns (
  clinic_id uuid not null,
  conversation_id uuid not null,
  n int not null check (n > 0),
  role text not null check (role in ('assistant', 'customer')),
  text text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  interrupted boolean not null default false,
  epoch int not null default 1 check (epoch > 0),
  primary key (conversation_id, n),
  foreign key (clinic_id, conversation_id) references conversations (clinic_id, id) on delete cascade
);
comment on table turns is 'The transcript, from 1. An assistant turn holds what the caller heard, not what was generated.';
comment on column turns.epoch is 'Which ownership of the call wrote it: a later owner''s word stands.';

create table tool_calls (
  clinic_id uuid not null,
  conversation_id uuid not null,
  n int not null check (n > 0),
  call_id text not null,
  name text not null,
  arguments jsonb,
  answer jsonb,
  success boolean not null,
  error text,
  started_at timestamptz not null,
  took_ms int not null check (took_ms >= 0),
  primary key (conversation_id, n),
  foreign key (clinic_id, conversation_id) references conversations (clinic_id, id) on delete cascade
);
comment on table tool_calls is 'What the model asked for and what it was answered.';
comment on column tool_calls.arguments is 'As the model sent them; null where they were no JSON.';

create table calls (
  call_sid text primary key check (call_sid <> ''),
  clinic_id uuid not null references clinics on delete cascade,
  conversation_id uuid not null,
  status text not null default 'live' check (status in ('live', 'ended')),
  owner_node text not null,
  owner_epoch int not null default 1 check (owner_epoch > 0),
  stream_sid text,
  resumes int not null default 0 check (resumes >= 0),
  from_phone text,
  to_phone text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  check ((status = 'ended') = (ended_at is not null))
);
comment on table calls is 'Phone calls and who owns them. owner_epoch is the fencing token: only its holder may write for the call.';
comment on column calls.conversation_id is 'No foreign key: a node may claim a call before the first batch of its conversation is written.';
comment on column calls.from_phone is 'As Twilio gave it: a withheld number is a word.';

create index calls_by_status on calls (clinic_id, status, started_at);
create index calls_by_conversation on calls (clinic_id, conversation_id);

do $$
declare
  name text;
begin
  foreach name in array array['conversations', 'turns', 'tool_calls', 'calls'] loop
    execute format('alter table %I enable row level security', name);
    execute format('create policy rows_of_clinic on %I to ava_app
                      using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id())', name);
    execute format('grant select, insert, update on %I to ava_app', name);
  end loop;
end
$$;
