delete from messages where source = 'text';
alter table messages
  drop constraint messages_source_check,
  add constraint messages_source_check check (source in ('conversation', 'voicemail')),
  drop constraint messages_content,
  add constraint messages_content check (case source
    when 'conversation' then num_nulls(customer_name, customer_phone, text) = 0 and recording_sid is null
    else num_nulls(recording_sid, recording_url) = 0 end);
comment on table messages is 'What callers left for staff, who call back and mark it done.';
alter table clinics drop column texting_daily_usd;
drop table inbound_texts;
alter table sms_threads drop column conversation_id, drop column conversation, drop column active_at, drop column staff_since;
