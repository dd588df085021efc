do $$
declare
  name text;
begin
  foreach name in array array['clinics', 'opening_hours', 'special_days', 'special_day_hours', 'services', 'providers',
                              'provider_services', 'provider_hours'] loop
    execute format('drop trigger note_insert on %I', name);
    execute format('drop trigger note_update on %I', name);
    execute format('drop trigger note_delete on %I', name);
    execute format('drop trigger note_truncate on %I', name);
  end loop;
end
$$;
drop function note_clinic_changes(), note_clinics_truncation();
drop table clinic_changes;
