/**
 * The directory of clinics as every node keeps it in memory: a call is answered from it, with Postgres away too. What
 * is known is fresh for a few minutes; then the next lookup reads again, waiting briefly at most, and falls back on the
 * last known good. Lookups of one clinic share one read. Everything kept is bounded, least recently used out first.
 */
import type { Clinic, PhoneNumber } from '../src/domain/clinic.ts';
import type { ClinicDirectory } from '../src/domain/ports.ts';
import { type ClinicKey, loadClinic, loadClinicDocuments, parseClinic } from './clinics.ts';
import type { Database } from './postgres.ts';
import { RecentlyUsed } from './recently-used.ts';

export interface ClinicDirectorySettings {
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Told where the last known good was served because reading failed, and of stored clinics that are none. */
  readonly onError?: (error: unknown) => void;
}

export interface PostgresClinicDirectory extends ClinicDirectory {
  /** Reads the clinics there are, so that a node can answer for them should Postgres go away; how many are known now. */
  preload(): Promise<number>;
}

/** How long a clinic is answered from memory alone: what staff change is heard on the phone after this at the latest. */
export const FRESH_MS = 5 * 60_000;
/** How long "no such clinic" is remembered. */
export const ABSENT_MS = 15_000;
/** How long a caller waits for a fresher version of what is known. */
export const REFRESH_PATIENCE_MS = 300;
/** After a failed read, how long nobody waits for the next. */
export const RETRY_AFTER_MS = 5_000;
const MAX_CLINICS = 2_000;
const MAX_ABSENT = 5_000;

interface Known {
  readonly clinic: Clinic;
  /** When to read again. */
  refreshAt: number;
}

export function postgresClinicDirectory(
  database: Database,
  settings: ClinicDirectorySettings = {},
): PostgresClinicDirectory {
  return new CachedDirectory(database, settings);
}

class CachedDirectory implements PostgresClinicDirectory {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  /** Each clinic twice: by its id and by its number. */
  readonly #known = new RecentlyUsed<string, Known>(2 * MAX_CLINICS);
  readonly #absentUntil = new RecentlyUsed<string, number>(MAX_ABSENT);
  readonly #reads = new Map<string, Promise<Clinic | undefined>>();

  constructor(database: Database, { now, onError }: ClinicDirectorySettings) {
    this.#database = database;
    this.#now = now ?? (() => performance.now());
    this.#onError = onError ?? (() => {});
  }

  byPhone(phone: PhoneNumber): Promise<Clinic | undefined> {
    return this.#find({ phone });
  }

  byId(id: string): Promise<Clinic | undefined> {
    return this.#find({ id });
  }

  async preload(): Promise<number> {
    const documents = await loadClinicDocuments(this.#database, MAX_CLINICS);
    let count = 0;
    for (const document of documents) {
      try {
        this.#remember(parseClinic(document));
        count += 1;
      } catch (error) {
        this.#onError(error);
      }
    }
    return count;
  }

  async #find(key: ClinicKey): Promise<Clinic | undefined> {
    const name = nameOf(key);
    const entry = this.#known.get(name);
    if (entry === undefined) return (this.#absentUntil.get(name) ?? 0) > this.#now() ? undefined : this.#read(key);
    if (entry.refreshAt > this.#now()) return entry.clinic;
    return this.#refreshed(key, entry);
  }

  #refreshed(key: ClinicKey, entry: Known): Promise<Clinic | undefined> {
    const reading = this.#read(key).catch((error: unknown) => {
      entry.refreshAt = this.#now() + RETRY_AFTER_MS;
      this.#onError(error);
      return entry.clinic;
    });
    return withinPatience(reading, entry.clinic);
  }

  #read(key: ClinicKey): Promise<Clinic | undefined> {
    const name = nameOf(key);
    const underWay = this.#reads.get(name);
    if (underWay !== undefined) return underWay;
    const reading = loadClinic(this.#database, key)
      .then((clinic) => {
        if (clinic === undefined) this.#forget(name);
        else this.#remember(clinic);
        return clinic;
      })
      .finally(() => this.#reads.delete(name));
    this.#reads.set(name, reading);
    return reading;
  }

  #remember(clinic: Clinic): void {
    const entry = { clinic, refreshAt: this.#now() + FRESH_MS };
    for (const name of [nameOf({ id: clinic.id }), nameOf({ phone: clinic.phone })]) {
      this.#known.set(name, entry);
      this.#absentUntil.delete(name);
    }
  }

  #forget(name: string): void {
    this.#known.delete(name);
    this.#absentUntil.set(name, this.#now() + ABSENT_MS);
  }
}

function nameOf(key: ClinicKey): string {
  return 'phone' in key ? `phone ${key.phone}` : `id ${key.id}`;
}

async function withinPatience(reading: Promise<Clinic | undefined>, lastKnown: Clinic): Promise<Clinic | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Clinic>((resolve) => {
    timer = setTimeout(() => resolve(lastKnown), REFRESH_PATIENCE_MS);
  });
  try {
    return await Promise.race([reading, patience]);
  } finally {
    clearTimeout(timer);
  }
}
