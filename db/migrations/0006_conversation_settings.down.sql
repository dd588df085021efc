drop table staff_hours;
alter table clinics
  drop column languages,
  drop column barge_in_ms,
  drop column longest_call_minutes,
  drop column emergency_phrases;
