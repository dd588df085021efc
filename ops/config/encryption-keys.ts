/** `ENCRYPTION_KEYS`: one key or several, single commas between them, newest first. */
import type { Reading } from './field.ts';
import { Secret } from './secret.ts';

export type EncryptionKeys = readonly [Secret, ...Secret[]];

export function parseEncryptionKeys(text: string): Reading<EncryptionKeys> {
  const keys = text.split(',').map((key) => key.trim());
  if (keys.includes(''))
    return { problem: 'has an empty key: write keys with single commas between them, newest first' };
  if (new Set(keys).size < keys.length) return { problem: 'names the same key twice' };
  const [newest = '', ...older] = keys;
  return { value: [new Secret(newest), ...older.map((key) => new Secret(key))] };
}
