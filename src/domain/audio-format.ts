/** How audio is coded. Nothing on a call's way is transcoded: the line's format is the model session's. */

/** 8 kHz µ-law for telephones, 24 kHz 16-bit little-endian for browsers. */
export type AudioFormat = 'audio/pcmu' | 'audio/pcm';

export const BYTES_PER_MS: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 8, 'audio/pcm': 48 };

/** The byte that, repeated, is silence. */
export const SILENCE: Readonly<Record<AudioFormat, number>> = { 'audio/pcmu': 0xff, 'audio/pcm': 0x00 };
