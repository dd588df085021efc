drop table time_off, resources;
alter table provider_services drop column minutes;
alter table providers drop column aliases;
alter table services
  drop column preparation,
  drop column needs,
  drop column new_patients,
  drop column minimum_age;
alter table clinics
  drop column persona,
  drop column greeting,
  drop column cancellation_hours;
