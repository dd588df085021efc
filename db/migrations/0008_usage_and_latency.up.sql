-- What a conversation used and cost, and how long its caller waited for each answer.

alter table conversations
  add column usage jsonb,
  add column cost_usd numeric(12, 6) check (cost_usd >= 0);
comment on column conversations.usage is 'Totals so far: tokens by kind, seconds and tokens of transcription; null until some were told.';
comment on column conversations.cost_usd is 'By the list prices that the writing program knew; what has no known price is not in it.';

alter table turns
  add column answered_after_ms int check (answered_after_ms >= 0),
  add column heard_after_ms int check (heard_after_ms >= 0);
comment on column turns.answered_after_ms is 'Of an assistant turn: from the end of the caller''s speech until its first audio was sent.';
comment on column turns.heard_after_ms is 'Of an assistant turn: from the end of the caller''s speech until the line confirmed that its first audio was played.';
