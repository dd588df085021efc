/**
 * One timer for all streams of a node, which notice by it that nothing comes. Beats are counted and not timed: a node
 * that stood still has heard nothing because it did not listen, and must not hold that against its callers.
 */
export const BEAT_MS = 100;

export interface Pulse {
  /** Calls `beat` every `BEAT_MS` until the returned function is called; not within this call. */
  join(beat: () => void): () => void;
}

/** Runs only while somebody has joined, and keeps no process alive. */
export function createPulse(): Pulse {
  const beats = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  return {
    join(beat) {
      beats.add(beat);
      timer ??= setInterval(() => {
        for (const each of beats) each();
      }, BEAT_MS).unref();
      return () => {
        beats.delete(beat);
        if (beats.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
