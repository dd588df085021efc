-- The role ava_app and the extension stay: other databases of the cluster, or other schemas, may rely on them.

drop table provider_hours, provider_services, providers, services, special_day_hours, special_days, opening_hours, clinics;
drop domain phone_number;
drop function ava_clinic_id();
revoke usage on schema public from ava_app;
