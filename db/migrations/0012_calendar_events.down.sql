drop table calendar_lanes, calendar_events;
drop index outbox_by_ring, outbox_dead;
alter table outbox
  drop column rings,
  drop column asked_at,
  drop column ring_at,
  drop column claim_token,
  drop column claimed_until,
  drop column reason;
comment on column outbox.due_at is null;
create index outbox_by_due on outbox (due_at) where status = 'due';
