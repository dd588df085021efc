alter table texts drop column from_phone;
alter table sms_threads drop column clinic_phone;
