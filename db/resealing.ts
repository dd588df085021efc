/** Seals what is kept under older keys anew, so that these can go. */
import { z } from 'zod';
import { type Keyring, type Sealed, UnknownKey } from '../ops/encryption.ts';

export interface Rotation {
  /** How many are under the newest key now and were not before. */
  readonly resealed: number;
  /** Of which clinics there is something that none of the keys opens; it is left as it is. */
  readonly unopened: readonly { readonly clinicId: string; readonly why: string }[];
}

const sealedRow = z.object({
  id: z.string(),
  clinicId: z.string(),
  keyId: z.string(),
  bytes: z.instanceof(Uint8Array),
});

/** Opens each of these rows, seals it for the same place, and has it stored. */
export async function resealRows(
  keys: Keyring,
  rows: readonly unknown[],
  placeOf: (id: string) => string,
  store: (sealed: Sealed, id: string) => PromiseLike<unknown>,
): Promise<Rotation> {
  const unopened: { clinicId: string; why: string }[] = [];
  for (const { id, clinicId, keyId, bytes } of rows.map((row) => sealedRow.parse(row))) {
    try {
      const text = keys.open({ keyId, bytes: Buffer.from(bytes) }, placeOf(id));
      await store(keys.seal(text, placeOf(id)), id);
    } catch (error) {
      unopened.push({ clinicId, why: error instanceof UnknownKey ? error.message : 'the row was changed by hand' });
    }
  }
  return { resealed: rows.length - unopened.length, unopened };
}
