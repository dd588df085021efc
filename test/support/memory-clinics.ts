/** A directory of clinics in memory, and the two seeded clinics as the domain sees them. */
import { type SeedClinic, lumen as seedLumen, radiance as seedRadiance } from '../../db/seed-clinics.ts';
import { type Clinic, numbersOf } from '../../src/domain/clinic.ts';
import type { ClinicDirectory } from '../../src/domain/ports.ts';

/** Radiance Med Spa, as a directory answers it. */
export const radiance = clinicOf(seedRadiance);
/** Lumen Dermatology. */
export const lumen = clinicOf(seedLumen);
export const seededClinics: readonly Clinic[] = [radiance, lumen];

export function memoryClinicDirectory(clinics: readonly Clinic[] = seededClinics): ClinicDirectory {
  return {
    byPhone: async (phone) => clinics.find((clinic) => numbersOf(clinic).includes(phone)),
    byId: async (clinicId) => clinics.find((clinic) => clinic.id === clinicId),
  };
}

function clinicOf({ services, providers, resources, ...facts }: SeedClinic): Clinic {
  const idOf = (slug: string): string => services.find((service) => service.slug === slug)?.id ?? slug;
  return {
    ...facts,
    services: services.map(({ active: _active, ...service }) => service),
    providers: providers.map(({ active: _active, calendarId: _calendarId, gives, ...provider }) => ({
      ...provider,
      serviceIds: gives.map(({ service }) => idOf(service)),
      ownMinutes: Object.fromEntries(
        gives.flatMap(({ service, minutes }) => (minutes === null ? [] : [[idOf(service), minutes]])),
      ),
    })),
    resources: resources.map(({ active: _active, ...resource }) => resource),
  };
}
