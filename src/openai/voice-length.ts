/**
 * How long a voice was. The service's times say where the audio of a turn begins and ends: with the padding before the
 * voice that the session asked for (`prefix_padding_ms`), and the silence that ended it (`silence_duration_ms`).
 */
import { z } from 'zod';
import { TURN_DETECTION } from './session.ts';

const start = z.object({ audio_start_ms: z.number() });
const end = z.object({ audio_end_ms: z.number() });

export interface VoiceLength {
  began(event: unknown): void;
  /** In ms; null where the service's times do not tell. */
  ended(event: unknown): number | null;
}

export function voiceLength(): VoiceLength {
  let startMs: number | null = null;
  let lastEndMs = 0;
  return {
    began(event) {
      const parsed = start.safeParse(event);
      // Right behind the turn before there is less padding than was asked for, and nobody says how much.
      startMs = parsed.success && parsed.data.audio_start_ms > lastEndMs ? parsed.data.audio_start_ms : null;
    },
    ended(event) {
      const parsed = end.safeParse(event);
      if (!parsed.success) return null;
      const from = startMs;
      startMs = null;
      lastEndMs = parsed.data.audio_end_ms;
      if (from === null) return null;
      const { prefix_padding_ms: paddingMs, silence_duration_ms: silenceMs } = TURN_DETECTION;
      return Math.max(0, lastEndMs - from - paddingMs - silenceMs);
    },
  };
}
