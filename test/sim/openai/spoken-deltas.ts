/** A sentence as the service sends it: audio in even pieces, each led by the transcript of the words that begin in it. */
import { SAMPLES_PER_MS, speakWords, wordMs } from '../speech.ts';
import { writeAudio } from './audio.ts';
import type { AudioFormat } from './session-config.ts';

export interface SpokenDelta {
  /** Base64 in the session's format. */
  readonly audio: string;
  readonly ms: number;
  /** The words that begin in this piece, as the transcript's deltas. */
  readonly transcript: readonly string[];
  /** The words that are complete with this piece, and where they end in the item's audio. */
  readonly words: readonly { readonly word: string; readonly toMs: number }[];
}

interface TimedWord {
  readonly word: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export function* deltasOf(
  say: string,
  format: AudioFormat,
  timing: { readonly deltaMs: number; readonly pace: number },
): Generator<SpokenDelta> {
  const samples = speakWords(say, timing.pace);
  const words = timedWords(say, timing.pace);
  const size = timing.deltaMs * SAMPLES_PER_MS;
  for (let from = 0; from < samples.length; from += size) {
    const piece = samples.subarray(from, from + size);
    const fromMs = from / SAMPLES_PER_MS;
    const toMs = fromMs + piece.length / SAMPLES_PER_MS;
    yield {
      audio: writeAudio(format, piece).toString('base64'),
      ms: piece.length / SAMPLES_PER_MS,
      transcript: words
        .filter((word) => word.fromMs >= fromMs && word.fromMs < toMs)
        .map((word) => (word.fromMs === 0 ? word.word : ` ${word.word}`)),
      words: words.filter((word) => word.toMs > fromMs && word.toMs <= toMs),
    };
  }
}

function timedWords(say: string, pace: number): TimedWord[] {
  let fromMs = 0;
  return say
    .split(/\s+/)
    .filter((word) => word.length > 0)
    .map((word) => {
      const timed = { word, fromMs, toMs: fromMs + wordMs(word, pace) };
      fromMs = timed.toMs;
      return timed;
    });
}
