import type { RawData } from 'ws';

/** What a `ws` client heard, as text. */
export function socketText(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString();
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data).toString();
}
