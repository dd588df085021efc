/** What was asked and what came of it, the newest kept; for tests and for people who watch. No token is in it. */
import type { Operation } from './faults.ts';

export interface LoggedRequest {
  /** Counts from 1. */
  readonly seq: number;
  readonly operation: Operation;
  readonly calendarId?: string | undefined;
  readonly eventId?: string | undefined;
  readonly query?: string | undefined;
  /** Of the answer; 0 where none was given. */
  readonly status: number;
}

const KEPT = 20_000;

export class RequestLog {
  #kept: LoggedRequest[] = [];
  #seq = 0;

  /** Those that are kept, oldest first; of one operation where it is named. */
  all(operation?: Operation): readonly LoggedRequest[] {
    return operation === undefined ? this.#kept : this.#kept.filter((each) => each.operation === operation);
  }

  add(request: Omit<LoggedRequest, 'seq'>): void {
    this.#seq += 1;
    this.#kept.push({ seq: this.#seq, ...request });
    if (this.#kept.length > KEPT) this.#kept.splice(0, KEPT / 2);
  }

  clear(): void {
    this.#kept = [];
  }
}
