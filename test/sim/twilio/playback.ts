/** Plays a piece of audio into a line to its end, or until the signal aborts. */
import { FRAME_SAMPLES } from '../speech.ts';
import type { FarEnd, Line } from './line.ts';

export interface PlaybackOptions {
  /** Keys pressed while it plays. */
  readonly onDigit?: (digit: string) => void;
}

export function playInto(line: Line, audio: Buffer, signal: AbortSignal, options: PlaybackOptions = {}): Promise<void> {
  if (signal.aborted || audio.length === 0) return Promise.resolve();
  return new Promise((resolve) => {
    let offset = 0;
    const done = (): void => {
      signal.removeEventListener('abort', breakOff);
      disconnect();
      resolve();
    };
    const breakOff = (): void => {
      line.cut();
      done();
    };
    const farEnd: FarEnd = {
      exchange: () => {
        if (offset >= audio.length) {
          done();
          return undefined;
        }
        const frame = audio.subarray(offset, offset + FRAME_SAMPLES);
        offset += FRAME_SAMPLES;
        return frame;
      },
    };
    if (options.onDigit !== undefined) farEnd.onDigit = options.onDigit;
    const disconnect = line.connect(farEnd);
    signal.addEventListener('abort', breakOff);
  });
}
