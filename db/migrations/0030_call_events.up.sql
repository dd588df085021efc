-- What calls folded: each message with what came of it, so that `npm run ops -- replay` can fold a call again.

create table call_events (
  clinic_id uuid not null,
  conversation_id uuid not null,
  epoch int not null check (epoch > 0),
  n int not null check (n >= 0),
  at_ms float8 not null,
  message json not null,
  phrases json,
  effects text not null,
  changed text not null,
  recorded_at timestamptz not null default now(),
  primary key (conversation_id, epoch, n),
  foreign key (clinic_id, conversation_id) references conversations (clinic_id, id) on delete cascade
);
comment on table call_events is 'The messages that calls folded, without audio. It holds what callers said, as turns do; housekeeping deletes it after two weeks.';
comment on column call_events.epoch is 'Of the owner who folded them: each begins from what the call had come to.';
comment on column call_events.n is 'In the order of folding; at 0 stands the beginning: state, clinic and limits.';
comment on column call_events.at_ms is 'Milliseconds since 1970, exactly as the step was told.';
comment on column call_events.message is 'Not jsonb, which takes neither zero bytes nor halves of surrogate pairs.';
comment on column call_events.phrases is 'What the step looked for among the rendered phrases: how long each sounds, ms, null where it was not at hand.';
comment on column call_events.effects is 'What the step wanted done: a name and a digest each.';
comment on column call_events.changed is 'What of the state it changed, in the same way.';
-- All rows of a batch have one time, so this is small.
create index call_events_by_time on call_events (recorded_at);

alter table call_events enable row level security;
create policy rows_of_clinic on call_events to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert on call_events to ava_app;
