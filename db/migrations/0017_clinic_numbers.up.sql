-- A clinic has as many numbers as it likes, and several lines on which staff are sought.

-- Every number that Ava answers, the clinics' first ones too: so that no number is two clinics', whichever of theirs it is.
create table clinic_numbers (
  phone phone_number primary key,
  clinic_id uuid not null references clinics on delete cascade,
  position int not null default 0
);
comment on table clinic_numbers is 'All numbers under which a clinic is called. Its first, clinics.phone, is kept here by a trigger.';
create index clinic_numbers_by_clinic on clinic_numbers (clinic_id, position);

insert into clinic_numbers (phone, clinic_id) select phone, id from clinics;

-- Whoever may write a clinic need not be allowed to write here: hence the owner's rights.
create function keep_first_number() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  if tg_op = 'UPDATE' then
    delete from clinic_numbers where clinic_id = new.id and phone in (old.phone, new.phone);
  end if;
  insert into clinic_numbers (phone, clinic_id) values (new.phone, new.id);
  return null;
end
$$;
comment on function keep_first_number() is 'Keeps clinics.phone among the clinic''s numbers. Fails where the number is another clinic''s.';
create trigger keep_first_number after insert or update of phone on clinics
  for each row execute function keep_first_number();

alter table clinics
  add column other_staff_phones phone_number[] not null default '{}'
    check (array_position(other_staff_phones::text[], null) is null);
comment on column clinics.other_staff_phones is 'Dialled one after the other where nobody took the call at staff_phone.';

alter table clinic_numbers enable row level security;
create policy facts_of_clinic on clinic_numbers for select to ava_app
  using (ava_clinic_id() is null or clinic_id = ava_clinic_id());
grant select on clinic_numbers to ava_app;

create trigger note_insert after insert on clinic_numbers referencing new table as new_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_update after update on clinic_numbers referencing old table as old_rows new table as new_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_delete after delete on clinic_numbers referencing old table as old_rows
  for each statement execute function note_clinic_changes('clinic_id');
create trigger note_truncate before truncate on clinic_numbers
  for each statement execute function note_clinics_truncation();
