/**
 * Secrets at rest: AES-256-GCM under the first of several keys, opened by whichever of them sealed it. What was sealed
 * for one place opens at no other, so that a row can't be passed off as another's.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import type { Secret } from './config/secret.ts';

export interface Sealed {
  /** Which key opens it. */
  readonly keyId: string;
  readonly bytes: Buffer;
}

export interface Keyring {
  /** Of the key that seals. */
  readonly keyId: string;
  /** `place` says where the result is kept, such as a table's name and a row's id. */
  seal(text: string, place: string): Sealed;
  /** Throws an UnknownKey, or an Error for what was changed, or sealed for another place. */
  open(sealed: Sealed, place: string): string;
}

/** None of the keys that we have. */
export class UnknownKey extends Error {
  override readonly name = 'UnknownKey';

  constructor(keyId: string) {
    super(`nothing in ENCRYPTION_KEYS has the id ${keyId}: put the key back behind the newer ones`);
  }
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const ID_CHARACTERS = 12;

/** `keys` newest first: the first seals, all open. */
export function keyring(keys: readonly [Secret, ...Secret[]]): Keyring {
  const derived = keys.map((key) => derive(key.reveal()));
  const byId = new Map(derived.map((each) => [each.id, each.key]));
  const [newest] = derived;
  if (!newest) throw new Error('there is no key');
  return {
    keyId: newest.id,
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, newest.key, iv).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return { keyId: newest.id, bytes: Buffer.concat([iv, cipher.getAuthTag(), body]) };
    },
    open({ keyId, bytes }, place) {
      const key = byId.get(keyId);
      if (!key) throw new UnknownKey(keyId);
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const body = bytes.subarray(IV_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    },
  };
}

/** Keys are whatever text somebody drew; the id tells nothing of it. */
function derive(secret: string): { readonly id: string; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'ava: secrets at rest, v1', KEY_BYTES));
  return { key, id: createHash('sha256').update('id').update(key).digest('hex').slice(0, ID_CHARACTERS) };
}
