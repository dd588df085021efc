alter table calls drop column claimed_at, drop column asked_at, drop column left_at;
