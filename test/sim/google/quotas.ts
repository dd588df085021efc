/** How many requests are taken: a sliding minute for each user and for the project, and a second for quick writes. */
import { rateLimited } from './refusals.ts';

export interface Quotas {
  /** Requests a minute of one user: who is signed in, or `quotaUser`. */
  readonly perUser: number;
  /** Requests a minute of everybody. */
  readonly perProject: number;
  /** Writes a second to one calendar. The service does not say how many it takes. */
  readonly writesPerCalendar: number;
}

export const DEFAULT_QUOTAS: Quotas = { perUser: 600, perProject: 10_000, writesPerCalendar: Number.POSITIVE_INFINITY };

const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** Takes so many in any stretch of so long. */
class Window {
  #taken: number[] = [];

  /** Counts one more where there is room. */
  takes(limit: number, ms: number, now: number): boolean {
    const from = this.#taken.findIndex((at) => at > now - ms);
    this.#taken.splice(0, from < 0 ? this.#taken.length : from);
    if (this.#taken.length >= limit) return false;
    this.#taken.push(now);
    return true;
  }
}

export class QuotaDesk {
  quotas: Quotas;
  readonly #windows = new Map<string, Window>();

  constructor(quotas: Partial<Quotas> = {}) {
    this.quotas = { ...DEFAULT_QUOTAS, ...quotas };
  }

  /** Counts a request, or refuses it. */
  charge(user: string, writesTo: string | undefined): void {
    const { perUser, perProject, writesPerCalendar } = this.quotas;
    if (!this.#takes('project', perProject, MINUTE_MS)) throw rateLimited(429, 'project');
    if (!this.#takes(`user ${user}`, perUser, MINUTE_MS)) throw rateLimited(403, 'user');
    if (writesTo === undefined) return;
    if (!this.#takes(`calendar ${writesTo}`, writesPerCalendar, SECOND_MS)) throw rateLimited(403, 'project');
  }

  #takes(name: string, limit: number, ms: number): boolean {
    const window = this.#windows.get(name) ?? new Window();
    this.#windows.set(name, window);
    return window.takes(limit, ms, performance.now());
  }
}
