import type { Clock } from './clock.ts';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * A clock that moves when told to. Alarms go off in order of their time, then of their making, each seeing `now()` at
 * its own time; alarms set by an alarm go off in the same `advance` when they fall inside it.
 */
export class SimulatedClock implements Clock {
  private alarms: Alarm[] = [];
  private made = 0;
  private time: number;

  constructor(startsAt = 0) {
    this.time = startsAt;
  }

  now(): number {
    return this.time;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const alarm: Alarm = { at: Math.max(at, this.time), order: this.made++, wake };
    this.alarms.push(alarm);
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
    };
  }

  /** How many alarms are set: a leak check. */
  get pending(): number {
    return this.alarms.length;
  }

  advance(ms: number): void {
    const until = this.time + ms;
    for (let next = this.takeDue(until); next !== undefined; next = this.takeDue(until)) {
      this.time = next.at;
      next.wake();
    }
    this.time = until;
  }

  private takeDue(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.alarms) {
      if (alarm.at > until) continue;
      if (!first || alarm.at < first.at || (alarm.at === first.at && alarm.order < first.order)) first = alarm;
    }
    if (first) this.alarms = this.alarms.filter((other) => other !== first);
    return first;
  }
}
