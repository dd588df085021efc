-- What a text message costs a clinic: it differs from one country and carrier to the next.

alter table clinics
  add column texting_segment_usd numeric(8, 5) not null default 0.0083 check (texting_segment_usd >= 0);
comment on column clinics.texting_segment_usd is 'One segment of a text message, in either direction.';
comment on column clinics.texting_daily_usd is 'What texting may cost in 24 hours, model and messages; beyond it staff answer.';
