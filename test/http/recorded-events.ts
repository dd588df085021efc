import { expect } from 'vitest';
import type { AvaEventName, AvaEvents, Events } from '../../src/domain/events.ts';

export interface RecordedEvents extends Events {
  of<Name extends AvaEventName>(name: Name): readonly AvaEvents[Name][];
  /** Waits, within a bound, until an event of this name is there that fits. */
  seen<Name extends AvaEventName>(name: Name, fits?: (event: AvaEvents[Name]) => boolean): Promise<AvaEvents[Name]>;
  clear(): void;
}

/** Keeps every event, for tests. */
export function recordedEvents(): RecordedEvents {
  const kept = new Map<AvaEventName, unknown[]>();
  const of = <Name extends AvaEventName>(name: Name): AvaEvents[Name][] => (kept.get(name) ?? []) as AvaEvents[Name][];
  return {
    emit(name, event) {
      kept.set(name, [...(kept.get(name) ?? []), event]);
    },
    of,
    async seen(name, fits = () => true) {
      await expect.poll(() => of(name).some(fits), { timeout: 8_000, interval: 5 }).toBe(true);
      return of(name).find(fits) as never;
    },
    clear: () => kept.clear(),
  };
}
