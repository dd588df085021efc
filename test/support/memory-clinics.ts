/** A directory of clinics in memory, and the two seeded clinics as the domain sees them. */
import { type SeedClinic, lumen as seedLumen, radiance as seedRadiance } from '../../db/seed-clinics.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { ClinicDirectory } from '../../src/domain/ports.ts';

/** Radiance Med Spa, as a directory answers it. */
export const radiance = clinicOf(seedRadiance);
/** Lumen Dermatology. */
export const lumen = clinicOf(seedLumen);
export const seededClinics: readonly Clinic[] = [radiance, lumen];

export function memoryClinicDirectory(clinics: readonly Clinic[] = seededClinics): ClinicDirectory {
  return {
    byPhone: async (phone) => clinics.find((clinic) => clinic.phone === phone),
    byId: async (clinicId) => clinics.find((clinic) => clinic.id === clinicId),
  };
}

function clinicOf(seed: SeedClinic): Clinic {
  const providers = seed.providers.map(({ id, name, hours, gives }) => ({
    id,
    name,
    hours,
    serviceIds: seed.services.filter(({ slug }) => gives?.includes(slug) ?? true).map((service) => service.id),
  }));
  return { ...seed, providers };
}
