/** Silence as Twilio would send it: base64 of µ-law zeros. */
import type { AudioPayload } from '../../actors/phone/messages.ts';
import { BYTES_PER_MS, SILENCE } from '../domain/audio-format.ts';

/** Longer silences are told in pieces, which fit into any message. */
const PIECE_MS = 1_000;

const made = new Map<number, AudioPayload>();

/** Hands `ms` of silence to `hear`, piece by piece. */
export function silence(ms: number, hear: (payload: AudioPayload) => void): void {
  for (let left = ms; left > 0; left -= PIECE_MS) hear(piece(Math.min(left, PIECE_MS)));
}

function piece(ms: number): AudioPayload {
  const known = made.get(ms);
  if (known !== undefined) return known;
  const payload = Buffer.alloc(ms * BYTES_PER_MS['audio/pcmu'], SILENCE['audio/pcmu']).toString('base64');
  made.set(ms, payload);
  return payload;
}
