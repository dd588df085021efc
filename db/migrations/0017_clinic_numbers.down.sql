alter table clinics drop column other_staff_phones;
drop trigger keep_first_number on clinics;
drop function keep_first_number();
drop table clinic_numbers;
