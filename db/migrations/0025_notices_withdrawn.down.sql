update texts set status = 'expired' where status = 'withdrawn';
alter table texts
  drop constraint texts_status_check,
  add constraint texts_status_check check (status in ('waiting', 'sending', 'accepted', 'refused', 'expired')),
  drop column appointment_version,
  drop column appointment_id;

delete from notices as n
where exists (
  select from notices as other
  where other.appointment_id = n.appointment_id and other.appointment_version = n.appointment_version
    and other.kind = n.kind and other.id < n.id);
alter table notices
  drop constraint notices_appointment_id_appointment_version_kind_phone_key,
  add unique (appointment_id, appointment_version, kind);
comment on table notices is 'What customers were told of their appointments, noted with the text itself: once for each version and kind.';

alter table appointments drop column notice_version;
