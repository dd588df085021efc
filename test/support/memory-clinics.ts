/** A directory of clinics in memory, and the two seeded clinics as the domain sees them. */
import { SEED_CLINICS, type SeedClinic } from '../../db/seed-clinics.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { ClinicDirectory } from '../../src/domain/ports.ts';

/** Radiance Med Spa and Lumen Dermatology, as a directory answers them. */
export const seededClinics: readonly Clinic[] = SEED_CLINICS.map(clinicOf);

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
