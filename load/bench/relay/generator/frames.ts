/**
 * Frames of 20 ms that tell what they are by their first byte: silence, speech, or a probe with its number. They are
 * read back out of base64 without decoding it, wherever a relay has put them inside a longer piece.
 */
export const FRAME_MS = 20;
export const FRAME_BYTES = 160;

export const SILENT = 0xff;
export const SPOKEN = 0x20;
export const PROBE = 0x50;

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE = new Uint8Array(256);
for (let n = 0; n < BASE64.length; n++) VALUE[BASE64.charCodeAt(n)] = n;
const PADDING = 0x3d;

const frame = (first: number, rest: number): Buffer => {
  const bytes = Buffer.alloc(FRAME_BYTES, rest);
  bytes[0] = first;
  return bytes;
};

export const SILENCE_PAYLOAD = frame(SILENT, 0xff).toString('base64');
export const SPEECH_PAYLOAD = frame(SPOKEN, 0x2a).toString('base64');

export function probePayload(id: number): string {
  const bytes = frame(PROBE, 0xff);
  bytes.writeUInt32BE(id, 1);
  return bytes.toString('base64');
}

/** The byte `index` of the base64 that begins at `at`. */
export function byteAt(text: Uint8Array, at: number, index: number): number {
  const group = at + 4 * Math.floor(index / 3);
  const value = (n: number): number => VALUE[text[group + n] ?? 0] ?? 0;
  switch (index % 3) {
    case 0:
      return (value(0) << 2) | (value(1) >> 4);
    case 1:
      return ((value(1) & 15) << 4) | (value(2) >> 2);
    default:
      return ((value(2) & 3) << 6) | value(3);
  }
}

/** How many bytes the base64 between `from` and `to` holds. */
export function bytesIn(text: Uint8Array, from: number, to: number): number {
  const padding = text[to - 1] !== PADDING ? 0 : text[to - 2] !== PADDING ? 1 : 2;
  return ((to - from) / 4) * 3 - padding;
}

/** The number of the probe whose frame begins at byte `index`. */
export function probeId(text: Uint8Array, at: number, index: number): number {
  let id = 0;
  for (let n = 1; n <= 4; n++) id = id * 256 + byteAt(text, at, index + n);
  return id;
}
