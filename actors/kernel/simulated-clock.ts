import type { Clock } from './clock.ts';

interface Alarm {
  readonly at: number;
  readonly wake: () => void;
}

/**
 * A clock that moves when told to. Alarms go off in order of their time, then of their making, each seeing `now()` at
 * its own time; alarms set by an alarm go off in the same `advance` when they fall inside it.
 */
export class SimulatedClock implements Clock {
  /** In the order in which they go off. */
  private readonly alarms: Alarm[] = [];
  private time: number;

  constructor(startsAt = 0) {
    this.time = startsAt;
  }

  now(): number {
    return this.time;
  }

  wakeAt(at: number, wake: () => void): () => void {
    const alarm: Alarm = { at: Math.max(at, this.time), wake };
    const place = this.alarms.findIndex((other) => other.at > alarm.at);
    this.alarms.splice(place < 0 ? this.alarms.length : place, 0, alarm);
    return () => {
      const place = this.alarms.indexOf(alarm);
      if (place >= 0) this.alarms.splice(place, 1);
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
    const next = this.alarms[0];
    return next !== undefined && next.at <= until ? this.alarms.shift() : undefined;
  }
}
