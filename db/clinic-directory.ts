/**
 * The directory of clinics as every node keeps it in memory: a call is answered from it, with Postgres away too. What
 * is known is fresh for a few minutes; then the next lookup reads again, waiting briefly at most, and falls back on the
 * last known good. Lookups of one clinic share one read. Everything kept is bounded, least recently used out first.
 */
import type { Clinic } from '../src/domain/clinic.ts';
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
  { now = () => performance.now(), onError = () => {} }: ClinicDirectorySettings = {},
): PostgresClinicDirectory {
  const known = new RecentlyUsed<string, Known>(2 * MAX_CLINICS);
  const absentUntil = new RecentlyUsed<string, number>(MAX_ABSENT);
  const reads = new Map<string, Promise<Clinic | undefined>>();

  async function find(key: ClinicKey): Promise<Clinic | undefined> {
    const name = nameOf(key);
    const entry = known.get(name);
    if (entry === undefined) return (absentUntil.get(name) ?? 0) > now() ? undefined : read(key);
    if (entry.refreshAt > now()) return entry.clinic;
    return refreshed(key, entry);
  }

  async function refreshed(key: ClinicKey, entry: Known): Promise<Clinic | undefined> {
    const reading = read(key).catch((error: unknown) => {
      entry.refreshAt = now() + RETRY_AFTER_MS;
      onError(error);
      return entry.clinic;
    });
    return withinPatience(reading, entry.clinic);
  }

  function read(key: ClinicKey): Promise<Clinic | undefined> {
    const name = nameOf(key);
    const underWay = reads.get(name);
    if (underWay !== undefined) return underWay;
    const reading = loadClinic(database, key)
      .then((clinic) => {
        if (clinic === undefined) forget(name);
        else remember(clinic);
        return clinic;
      })
      .finally(() => reads.delete(name));
    reads.set(name, reading);
    return reading;
  }

  function remember(clinic: Clinic): void {
    const entry = { clinic, refreshAt: now() + FRESH_MS };
    for (const name of [nameOf({ id: clinic.id }), nameOf({ phone: clinic.phone })]) {
      known.set(name, entry);
      absentUntil.delete(name);
    }
  }

  function forget(name: string): void {
    known.delete(name);
    absentUntil.set(name, now() + ABSENT_MS);
  }

  async function preload(): Promise<number> {
    const documents = await loadClinicDocuments(database, MAX_CLINICS);
    let count = 0;
    for (const document of documents) {
      try {
        remember(parseClinic(document));
        count += 1;
      } catch (error) {
        onError(error);
      }
    }
    return count;
  }

  return { byPhone: (phone) => find({ phone }), byId: (id) => find({ id }), preload };
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
