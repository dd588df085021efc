/** How audio is coded. Nothing on a call's way is transcoded: the line's format is the model session's. */

/** 8 kHz µ-law for telephones, 24 kHz 16-bit little-endian for browsers. */
export type AudioFormat = 'audio/pcmu' | 'audio/pcm';

export const BYTES_PER_MS: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 8, 'audio/pcm': 48 };

/** What a phone network sends and plays at once. */
export const FRAME_MS = 20;

/** The byte that, repeated, is silence. */
export const SILENCE: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 0xff, 'audio/pcm': 0x00 };

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Whether this is a non-empty piece of base64: only such text may go on to other sockets as it is. */
export function isAudioPayload(text: string): boolean {
  return text.length > 0 && BASE64.test(text);
}

/** 1 where a byte is a letter of base64, padding aside. */
const IS_LETTER = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  IS_LETTER[letter.charCodeAt(0)] = 1;
}
const PADDING = 0x3d;

/**
 * The same of bytes, for what is too frequent for a regular expression: where the piece ends that begins at `start`,
 * its padding included; `start` itself where there is no whole piece.
 */
export function endOfAudio(bytes: Uint8Array, start: number): number {
  let end = start;
  while (IS_LETTER[bytes[end] ?? 0] === 1) end++;
  if (end > start && bytes[end] === PADDING) end++;
  if (end > start && bytes[end] === PADDING && bytes[end - 1] === PADDING) end++;
  return (end - start) % 4 === 0 ? end : start;
}

/** How much speech base64 of this format holds, ms. */
export function durationMsOf(payload: string, format: AudioFormat): number {
  const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0;
  return ((payload.length / 4) * 3 - padding) / BYTES_PER_MS[format];
}
