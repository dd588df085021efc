/** What a clinic's policies let a caller do. What they only say, and code cannot judge, is in its `policies`. */
import type { Clinic, Instant, Service } from './clinic.ts';
import { MINUTE_MS } from './clinic-time.ts';

const HOUR_MS = 60 * MINUTE_MS;

/** What is known of whoever is to be treated. */
export interface Patient {
  /** The clinic has them in its book already. */
  readonly known: boolean;
  /** As they said; null: nobody asked. */
  readonly oldEnough: boolean | null;
}

export type Admission = 'admitted' | 'known_patients_only' | 'age_not_asked' | 'too_young';

/** Whether a service may be booked for this patient. */
export function admission(service: Service, patient: Patient): Admission {
  if (!service.newPatients && !patient.known) return 'known_patients_only';
  if (service.minimumAge === null || patient.oldEnough === true) return 'admitted';
  return patient.oldEnough === null ? 'age_not_asked' : 'too_young';
}

/** The services that somebody may book whom the clinic does not know. */
export function servicesForNewPatients(clinic: Clinic): readonly Service[] {
  return clinic.services.filter(({ newPatients }) => newPatients);
}

/** Whether an appointment may still be cancelled or moved without asking staff. */
export function mayChange({ rules }: Clinic, startsAt: Instant, now: Instant): boolean {
  return now <= startsAt - (rules.cancellationHours ?? 0) * HOUR_MS && now < startsAt;
}
