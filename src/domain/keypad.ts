/** What a caller keys in on their telephone. Digits may be a card or a birthday: they are told to the model alone. */

/** More digits than any number that a receptionist asks for. */
export const KEYS_LIMIT = 32;
const SHOWN_KEYS = 4;

export type KeyedWish =
  /** A lone zero: a person, please. */
  { readonly kind: 'staff' } | { readonly kind: 'digits'; readonly digits: string } | { readonly kind: 'nothing' };

/** What keys (`0`–`9`, `*`, `#`, `A`–`D`) add up to; the closing `#` counts for nothing. */
export function keyedWish(keys: string): KeyedWish {
  const digits = keys.replace(/#$/, '');
  if (digits === '0') return { kind: 'staff' };
  return /\d/.test(digits) ? { kind: 'digits', digits } : { kind: 'nothing' };
}

/** For the record and the log: short choices as they are, long numbers by their length only. */
export function maskedKeys(digits: string): string {
  return digits.length <= SHOWN_KEYS ? `[keyed ${digits}]` : `[${digits.length} digits keyed]`;
}

/** For the model, as the caller's words. */
export function spokenKeys(digits: string): string {
  return `(keyed in on the telephone: ${digits})`;
}
