drop table texts, sms_threads;
