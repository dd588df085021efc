/** JSON that Postgres takes: what a model or a caller produced may hold a zero byte or half a surrogate pair, which it refuses. */

/** Escapes by which `JSON.stringify` writes what Postgres cannot store; the first alternative steps over an escaped backslash. */
const REFUSED = /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g;

/** `value` as JSON, with U+FFFD in place of each character that cannot be stored. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value).replace(REFUSED, (escape) => (escape === '\\\\' ? escape : '\ufffd'));
}
