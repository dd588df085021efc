import { expect } from 'vitest';
import type { AvaEventName, AvaEvents, Events } from '../../src/domain/events.ts';

export interface RecordedEvents extends Events {
  of<Name extends AvaEventName>(name: Name): readonly AvaEvents[Name][];
  /** Waits, within a bound, until an event of this name is there that fits. */
  seen<Name extends AvaEventName>(name: Name, fits?: (event: AvaEvents[Name]) => boolean): Promise<void>;
  /** Forgets all but what reports a bug. */
  forget(): void;
}

interface Kept {
  readonly name: AvaEventName;
  readonly event: unknown;
}

const BUG_REPORTS = new Set<AvaEventName>(['http.failed', 'call.crashed']);

/** Keeps every event, for tests. */
export function recordedEvents(): RecordedEvents {
  let kept: Kept[] = [];
  const of = <Name extends AvaEventName>(name: Name): AvaEvents[Name][] =>
    kept.filter((entry) => isNamed(entry, name)).map(({ event }) => event);
  return {
    emit: (name, event) => void kept.push({ name, event }),
    of,
    async seen(name, fits = () => true) {
      await expect.poll(() => of(name).some(fits), { timeout: 8_000, interval: 5 }).toBe(true);
    },
    forget() {
      kept = kept.filter(({ name }) => BUG_REPORTS.has(name));
    },
  };
}

function isNamed<Name extends AvaEventName>(entry: Kept, name: Name): entry is Kept & { event: AvaEvents[Name] } {
  return entry.name === name;
}
