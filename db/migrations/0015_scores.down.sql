alter table conversations
  add column satisfaction_score numeric(3, 1) check (satisfaction_score between 1 and 10),
  add column sentiment text check (sentiment in ('positive', 'neutral', 'negative', 'mixed')),
  add column scoring_failed boolean not null default false;
drop table scores;
