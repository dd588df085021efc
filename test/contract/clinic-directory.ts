/** What every directory of clinics promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClinicDirectory } from '../../src/domain/ports.ts';
import { seededClinics } from '../support/memory-clinics.ts';

export interface DirectoryBench {
  /** Knows the seeded clinics. */
  readonly directory: ClinicDirectory;
  close(): Promise<void>;
}

export function describeClinicDirectory(name: string, open: () => Promise<DirectoryBench>): void {
  describe(`the clinic directory ${name}`, () => {
    let bench: DirectoryBench;

    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it('finds each clinic by its phone number, whole', async () => {
      for (const clinic of seededClinics) expect(await bench.directory.byPhone(clinic.phone)).toEqual(clinic);
    });

    it('finds each clinic by its id, whole', async () => {
      for (const clinic of seededClinics) expect(await bench.directory.byId(clinic.id)).toEqual(clinic);
    });

    it('knows no clinic of another number, and none of an id that is none', async () => {
      expect(await bench.directory.byPhone('+15550199999')).toBeUndefined();
      expect(await bench.directory.byPhone('anonymous')).toBeUndefined();
      expect(await bench.directory.byId(randomUUID())).toBeUndefined();
      expect(await bench.directory.byId("'; drop table clinics")).toBeUndefined();
    });
  });
}
