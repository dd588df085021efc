-- How conversations went for their callers, as a model judged them afterwards.

create table scores (
  clinic_id uuid not null,
  conversation_id uuid not null,
  rubric_version int not null check (rubric_version > 0),
  sentiment text not null check (sentiment in ('positive', 'neutral', 'negative', 'mixed')),
  satisfaction numeric(3, 1) not null check (satisfaction between 1 and 10),
  summary text check (summary <> ''),
  topics text[] not null default '{}',
  follow_up_needed boolean not null,
  scoring_failed boolean not null default false,
  model text check (model <> ''),
  usage jsonb,
  cost_usd numeric(12, 6) check (cost_usd >= 0),
  scored_at timestamptz not null default now(),
  primary key (conversation_id, rubric_version),
  foreign key (clinic_id, conversation_id) references conversations (clinic_id, id) on delete cascade,
  constraint scores_without_model check (
    model is not null or (sentiment = 'neutral' and satisfaction = 5 and summary is null and usage is null)),
  constraint scores_failed check (not scoring_failed or model is null)
);
comment on table scores is 'One row a conversation and version of what the model is asked; scored again, the row is replaced.';
comment on column scores.summary is 'Two sentences for staff; null where no model judged.';
comment on column scores.scoring_failed is 'The model could not be had: neutral stands in. Else, without a model, the caller had said nothing.';
comment on column scores.cost_usd is 'Of the answer that the score was read from, as conversations.cost_usd.';

create index scores_by_time on scores (clinic_id, scored_at);

alter table scores enable row level security;
create policy rows_of_clinic on scores to ava_app
  using (clinic_id = ava_clinic_id()) with check (clinic_id = ava_clinic_id());
grant select, insert, update on scores to ava_app;

-- Never written: a score is of a version, and not the conversation's own.
alter table conversations drop column satisfaction_score, drop column sentiment, drop column scoring_failed;
