/**
 * Puts the demo clinics into a migrated database. A clinic that is there already, in whatever state its staff left it,
 * is not touched: each is written whole, in one transaction, or not at all.
 */
import { addClinic } from './clinic-writing.ts';
import { openPostgres } from './postgres.ts';
import { SEED_CLINICS } from './seed-clinics.ts';

/** Adds the clinics that are missing; answers their names. Safe to run twice, and at the same time. */
export async function seed(databaseUrl: string): Promise<{ added: string[] }> {
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'ava-seed' });
  try {
    const added: string[] = [];
    for (const clinic of SEED_CLINICS) {
      const id = await database.transaction('seed', (sql) => addClinic(sql, clinic));
      if (id !== undefined) added.push(clinic.name);
    }
    return { added };
  } finally {
    await database.close();
  }
}
