/**
 * The caller's time and the model's, kept together: what the network lost becomes silence, so that the model's clock and
 * its ear for the end of a turn go on. Two things tell that something is missing: a gap between the timestamps of two
 * frames, and no frame at all for a while. Silence that turns out to have been too early (its frames come after all) is
 * remembered and taken off what is missing next, so that late frames do not stretch the time without end.
 */
import { FRAME_MS } from '../domain/audio-format.ts';

export const STREAM_TIME_LIMITS = {
  /** Whole frames are missing or none. */
  frameMs: FRAME_MS,
  /** Missing audio beyond this is not made up for: nobody waits so long in silence. */
  silenceMs: 15_000,
} as const;

export class StreamTime {
  /** Where the last frame ended, ms of the stream; before the first one unknown. */
  private endMs: number | null = null;
  /** What was given to the model beyond that, ms of silence. */
  private aheadMs = 0;

  /**
   * A frame of `ms` that begins at `timestampMs` of the stream (null: not told, it follows the last one). Answers how
   * much silence goes before it, ms, a multiple of a frame.
   */
  frame(timestampMs: number | null, ms: number): number {
    const beginsAt = timestampMs ?? this.endMs ?? 0;
    const gapMs = Math.max(0, beginsAt - (this.endMs ?? beginsAt));
    this.endMs = Math.max(this.endMs ?? 0, beginsAt + ms);
    if (gapMs === 0) return 0;
    const missingMs = gapMs - this.aheadMs;
    this.aheadMs = Math.max(0, -missingMs);
    return wholeFrames(Math.min(missingMs, STREAM_TIME_LIMITS.silenceMs));
  }

  /** No frame came for another `ms`. Answers how much of it becomes silence, ms, a multiple of a frame. */
  nothing(ms: number): number {
    if (this.endMs === null) return 0;
    const silenceMs = wholeFrames(Math.min(ms, STREAM_TIME_LIMITS.silenceMs - this.aheadMs));
    this.aheadMs += silenceMs;
    return silenceMs;
  }
}

function wholeFrames(ms: number): number {
  const { frameMs } = STREAM_TIME_LIMITS;
  return Math.max(0, Math.floor(ms / frameMs) * frameMs);
}
