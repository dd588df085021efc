-- Which clinics' facts were changed, and by which transaction: nodes ask for it every other second and read those again.

create table clinic_changes (
  clinic_id uuid not null,
  changed_in xid8 not null default pg_current_xact_id(),
  primary key (clinic_id, changed_in)
);
comment on table clinic_changes is 'About one row a clinic: the last transactions that changed its facts. Written by triggers, whoever makes the change.';
comment on column clinic_changes.clinic_id is 'No foreign key: that a clinic was deleted is a change as well.';
comment on column clinic_changes.changed_in is 'A reader that knows all below the xmin of its last snapshot misses nothing, however late a transaction commits. A time could not promise that.';

create index clinic_changes_by_transaction on clinic_changes (changed_in);

alter table clinic_changes enable row level security;
create policy facts_of_clinic on clinic_changes for select to ava_app
  using (ava_clinic_id() is null or clinic_id = ava_clinic_id());
grant select on clinic_changes to ava_app;

-- Whoever may change a fact need not be allowed to write here: hence the owner's rights. Runs once a statement, since
-- once a row made a bulk change eight times slower (measured). Its argument names the column that holds the clinic's id.
create function note_clinic_changes() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
declare
  touched uuid[];
begin
  if tg_op = 'INSERT' then
    execute format('select array_agg(distinct %1$I) from new_rows', tg_argv[0]) into touched;
  elsif tg_op = 'DELETE' then
    execute format('select array_agg(distinct %1$I) from old_rows', tg_argv[0]) into touched;
  else
    execute format('select array_agg(id) from (select %1$I from old_rows union select %1$I from new_rows) as t(id)', tg_argv[0])
      into touched;
  end if;
  -- Each transaction has rows of its own: two that change one clinic never wait for each other here.
  insert into clinic_changes (clinic_id) select unnest(touched) on conflict do nothing;
  -- Earlier rows say nothing more. Under stricter isolation deleting them might fail the change itself; the next one does it.
  if found and current_setting('transaction_isolation') = 'read committed' then
    delete from clinic_changes where (clinic_id, changed_in) in (
      select clinic_id, changed_in from clinic_changes
      where clinic_id = any (touched) and changed_in <> pg_current_xact_id()
      for update skip locked);
  end if;
  return null;
end
$$;
comment on function note_clinic_changes() is 'Notes in clinic_changes the clinics whose facts this transaction changed.';

create function note_clinics_truncation() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
as $$
begin
  insert into clinic_changes (clinic_id) select id from clinics on conflict do nothing;
  return null;
end
$$;
comment on function note_clinics_truncation() is 'Notes that every clinic changed. Runs before the tables are emptied, clinics perhaps among them.';

do $$
declare
  name text;
  clinic_column text;
begin
  foreach name in array array['clinics', 'opening_hours', 'special_days', 'special_day_hours', 'services', 'providers',
                              'provider_services', 'provider_hours'] loop
    clinic_column := case name when 'clinics' then 'id' else 'clinic_id' end;
    execute format('create trigger note_insert after insert on %I referencing new table as new_rows
                      for each statement execute function note_clinic_changes(%L)', name, clinic_column);
    execute format('create trigger note_update after update on %I referencing old table as old_rows new table as new_rows
                      for each statement execute function note_clinic_changes(%L)', name, clinic_column);
    execute format('create trigger note_delete after delete on %I referencing old table as old_rows
                      for each statement execute function note_clinic_changes(%L)', name, clinic_column);
    execute format('create trigger note_truncate before truncate on %I
                      for each statement execute function note_clinics_truncation()', name);
  end loop;
end
$$;
