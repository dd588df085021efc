alter table appointments drop column cancellation_reason;
drop table waitlist;
