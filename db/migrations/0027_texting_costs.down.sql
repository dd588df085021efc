alter table clinics drop column texting_segment_usd;
comment on column clinics.texting_daily_usd is 'What conversations by text may cost in 24 hours; beyond it staff answer.';
