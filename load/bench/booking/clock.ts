/** The benchmark's own time: a history once made stays as long and as old as it was, however long it is kept. */
export const BEGINNING = Date.parse('2026-03-02T15:00:00Z');

/** A clock that shows the beginning now and goes on from there. */
export function benchClock(): () => number {
  const startedAt = performance.now();
  return () => BEGINNING + Math.floor(performance.now() - startedAt);
}
