-- A clinic with several numbers answers a text from the one that it was sent to.

alter table sms_threads add column clinic_phone phone_number;
comment on column sms_threads.clinic_phone is 'Which of the clinic''s numbers they wrote to last: it writes to them from there. Null: from its first.';

alter table texts add column from_phone phone_number;
comment on column texts.from_phone is 'The number it was tried from: where it is read back. Null until it is.';
