/**
 * The directory of clinics a node answers calls from. Three places, the nearest first: the node's own memory, filled at
 * the start and kept true in the background (clinic-rounds.ts), so that a call reads nothing from Postgres; copies in
 * Redis, for a clinic this node never met; Postgres, where both know nothing, or nothing fresh. With Postgres away the
 * last known good is answered, with Redis away too.
 */
import type { Clinic, PhoneNumber } from '../src/domain/clinic.ts';
import type { ClinicDirectory } from '../src/domain/ports.ts';
import { ClinicMemory } from './clinic-memory.ts';
import { ClinicRounds } from './clinic-rounds.ts';
import type { ClinicVault } from './clinic-vault.ts';
import { type ClinicKey, type ClinicReading, isClinicKey, parseClinic, readClinic } from './clinics.ts';
import { OutageReport } from './outage-report.ts';
import type { Database } from './postgres.ts';
import { isOutage } from './postgres-errors.ts';
import { withinPatience } from './within-patience.ts';

export type ClinicStore = 'postgres' | 'redis';

export interface ClinicDirectoryParts {
  readonly database: Database;
  readonly vault: ClinicVault;
  /** A store failed, for the first time since it worked. Must not throw. */
  readonly onLost?: (store: ClinicStore, error: unknown) => void;
  /** A store works again. Must not throw. */
  readonly onBack?: (store: ClinicStore) => void;
  /** A clinic is stored wrongly; its last known good is answered, where there is one. Must not throw. */
  readonly onUnreadable?: (clinicId: string, error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** The longest pause between two looks at what was changed. */
  readonly pauseMs?: number;
}

export interface CachedClinicDirectory extends ClinicDirectory {
  /** Reads the clinics there are, as far as stores answer in time, and follows every change from then on. */
  start(): Promise<void>;
  /** Ends the following; what is known is still answered. */
  close(): Promise<void>;
}

/** How long a caller waits for a fresher version of what is known, and for Redis where nothing is. */
export const REFRESH_PATIENCE_MS = 300;
const PAUSE_MS = 2_000;

export function cachedClinicDirectory(parts: ClinicDirectoryParts): CachedClinicDirectory {
  return new LayeredDirectory(parts);
}

class LayeredDirectory implements CachedClinicDirectory {
  readonly #database: Database;
  readonly #vault: ClinicVault;
  readonly #now: () => number;
  readonly #memory: ClinicMemory;
  readonly #postgres: OutageReport;
  readonly #redis: OutageReport;
  readonly #rounds: ClinicRounds;
  readonly #onUnreadable: (clinicId: string, error: unknown) => void;
  /** Lookups of one clinic share what is under way. */
  readonly #borrowing = new Map<string, Promise<void>>();
  readonly #reading = new Map<string, Promise<Clinic | undefined>>();

  constructor(parts: ClinicDirectoryParts) {
    const { database, vault, now = () => performance.now(), pauseMs = PAUSE_MS, onUnreadable = () => {} } = parts;
    const reportOf = (store: ClinicStore): OutageReport =>
      new OutageReport({ onLost: (error) => parts.onLost?.(store, error), onBack: () => parts.onBack?.(store) });
    this.#database = database;
    this.#vault = vault;
    this.#now = now;
    this.#onUnreadable = onUnreadable;
    this.#memory = new ClinicMemory(now);
    this.#postgres = reportOf('postgres');
    this.#redis = reportOf('redis');
    const reports = { postgres: this.#postgres, redis: this.#redis, onUnreadable };
    this.#rounds = new ClinicRounds({ database, vault, memory: this.#memory, now, pauseMs, ...reports });
  }

  start(): Promise<void> {
    return this.#rounds.start();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  byPhone(phone: PhoneNumber): Promise<Clinic | undefined> {
    return this.#find({ phone });
  }

  byId(id: string): Promise<Clinic | undefined> {
    return this.#find({ id });
  }

  async #find(key: ClinicKey): Promise<Clinic | undefined> {
    if (!isClinicKey(key) || this.#memory.isAbsent(key)) return undefined;
    if (this.#memory.recall(key) === undefined) await this.#borrow(key);
    const recalled = this.#memory.recall(key);
    if (recalled === undefined) return this.#read(key);
    // While Postgres is away the rounds look for it; nobody on the phone waits for that.
    if (recalled.fresh || this.#postgres.down) return recalled.clinic;
    return withinPatience(this.#readOr(key, recalled.clinic), REFRESH_PATIENCE_MS, recalled.clinic);
  }

  /** Brings a copy from Redis into memory, where there is one. Never rejects. */
  #borrow(key: ClinicKey): Promise<void> {
    return shared(this.#borrowing, key, async () => {
      try {
        const kept = await withinPatience(this.#vault.find(key), REFRESH_PATIENCE_MS, undefined);
        if (kept === undefined) return;
        this.#redis.worked();
        const { clinic, readAtUs, ageMs } = kept;
        this.#memory.borrow({ clinicId: clinic.id, clinic, readAtUs }, ageMs);
      } catch (error) {
        this.#redis.failed(error);
      }
    });
  }

  /** From Postgres; rejects where it does not answer, or where what it has is no clinic. */
  #read(key: ClinicKey): Promise<Clinic | undefined> {
    return shared(this.#reading, key, async () => {
      const askedAt = this.#now();
      const reading = await readClinic(this.#database, key);
      if (reading === undefined) {
        this.#memory.noteAbsent(key);
        return undefined;
      }
      return this.#learned(reading, askedAt);
    });
  }

  #learned({ clinicId, stored, readAtUs }: ClinicReading, askedAt: number): Clinic {
    try {
      const clinic = parseClinic(stored);
      this.#memory.learn({ clinicId, clinic, readAtUs }, askedAt);
      return clinic;
    } catch (error) {
      this.#memory.vouch(clinicId);
      this.#onUnreadable(clinicId, error);
      throw error;
    }
  }

  async #readOr(key: ClinicKey, lastKnown: Clinic): Promise<Clinic | undefined> {
    try {
      return await this.#read(key);
    } catch (error) {
      if (isOutage(error)) this.#postgres.failed(error);
      return lastKnown;
    }
  }
}

function shared<T>(underWay: Map<string, Promise<T>>, key: ClinicKey, begin: () => Promise<T>): Promise<T> {
  const name = 'phone' in key ? `phone ${key.phone}` : `id ${key.id}`;
  const others = underWay.get(name);
  if (others !== undefined) return others;
  const work = begin().finally(() => underWay.delete(name));
  underWay.set(name, work);
  return work;
}
