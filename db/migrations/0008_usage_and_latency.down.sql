alter table turns drop column answered_after_ms, drop column heard_after_ms;
alter table conversations drop column usage, drop column cost_usd;
