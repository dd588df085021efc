-- What tells a call that nobody looks after any more from one that was just claimed, and who asks the phone network about it.

alter table calls
  add column claimed_at timestamptz not null default now(),
  add column asked_at timestamptz,
  add column left_at timestamptz;
comment on column calls.claimed_at is 'Since when its present owner has it, by the database''s clock.';
comment on column calls.asked_at is 'When some node last set about asking the phone network about it, its owner being silent; null: never since it was claimed.';
comment on column calls.left_at is 'When the phone network told a node that does not have the call that its caller is gone.';
