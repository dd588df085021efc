delete from outbox where kind = 'notify_customer';
drop table notices;
alter table appointments drop column attendance_confirmed_at;
alter table clinics
  drop column notice_templates, drop column alert_phones, drop column quiet_until, drop column quiet_from;
