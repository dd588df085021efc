import type { Clinic } from '../domain/clinic.ts';
import { servicesForNewPatients } from '../domain/policy.ts';
import { listed } from '../domain/spoken.ts';

/** The clinic's policies as one would say them: those that code holds, then those in staff's own words. */
export function policySentences(clinic: Clinic): readonly string[] {
  const { cancellationHours: hours } = clinic.rules;
  return [
    ...(hours === null
      ? []
      : [`Appointments can be cancelled or moved until ${hours} hours before, later only by staff.`]),
    ...newPatients(clinic),
    ...clinic.policies,
  ];
}

function newPatients(clinic: Clinic): readonly string[] {
  const open = servicesForNewPatients(clinic);
  if (open.length === clinic.services.length) return [];
  if (open.length === 0) return ['New patients are not taken at the moment.'];
  return [`New patients can book ${listed(open.map(({ name }) => name))}; the rest is for patients the clinic knows.`];
}
