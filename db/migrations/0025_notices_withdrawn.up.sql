-- Texts about appointments that changed before they were sent are withdrawn; a corrected name is no news to its customer.

alter table appointments add column notice_version int not null default 1 check (notice_version > 0);
update appointments set notice_version = version where version > 1;
comment on column appointments.notice_version is 'The version of which its customer is told: raised to it by a move or a cancellation, not by a corrected name.';

alter table notices
  drop constraint notices_appointment_id_appointment_version_kind_key,
  add unique (appointment_id, appointment_version, kind, phone);
comment on table notices is 'What customers were told of their appointments, noted with the text itself: once for each version, kind and telephone.';

alter table texts
  add column appointment_id uuid,
  add column appointment_version int check (appointment_version > 0),
  add constraint texts_appointment check ((appointment_id is null) = (appointment_version is null)),
  drop constraint texts_status_check,
  add constraint texts_status_check
    check (status in ('waiting', 'sending', 'accepted', 'refused', 'expired', 'withdrawn'));
comment on column texts.appointment_id is 'What it tells of, as of this version; not sent once that changed. No foreign key: a text outlives an appointment.';
