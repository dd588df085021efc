/**
 * What one node knows of clinics, in its own memory: for each the last known good, how long it is fresh, when it should
 * be read again and whether Redis has it too. Knows no store and waits for nothing; the directory and its rounds share
 * one. Bounded, least recently used out first.
 */
import { LRUCache } from 'lru-cache';
import { type Clinic, numbersOf } from '../src/domain/clinic.ts';
import type { ClinicCopy } from './clinic-vault.ts';
import { type ClinicKey, isOf } from './clinics.ts';

/** How long a clinic is answered from memory alone, should nobody tell of a change. */
export const FRESH_MS = 5 * 60_000;
/** How long before its freshness ends a clinic is read again, so that no caller meets it stale. */
export const REFRESH_AHEAD_MS = 2 * 60_000;
/** How long "no such clinic" is remembered. */
export const ABSENT_MS = 15_000;
export const MAX_CLINICS = 2_000;
const MAX_ABSENT = 5_000;

interface Known {
  copy: ClinicCopy;
  /** When its reading began, by this node's clock: what was asked for later knows better. */
  askedAt: number;
  freshUntil: number;
  dueAt: number;
  /** False until Redis has this copy. */
  kept: boolean;
}

export interface RecalledClinic {
  readonly clinic: Clinic;
  readonly fresh: boolean;
}

export class ClinicMemory {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, Known>({ max: MAX_CLINICS });
  /** Number → id, as a hint: who follows it checks that the clinic still has that number. */
  readonly #ids = new LRUCache<string, string>({ max: 2 * MAX_CLINICS });
  readonly #absentUntil = new LRUCache<string, number>({ max: MAX_ABSENT });

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  recall(key: ClinicKey): RecalledClinic | undefined {
    const id = 'phone' in key ? this.#ids.get(key.phone) : key.id;
    const known = id === undefined ? undefined : this.#known.get(id);
    const clinic = known?.copy.clinic;
    if (known === undefined || !clinic || !isOf(clinic, key)) return undefined;
    return { clinic, fresh: known.freshUntil > this.#now() };
  }

  knows(clinicId: string): boolean {
    return Boolean(this.#known.peek(clinicId)?.copy.clinic);
  }

  /** True where lately there was no such clinic. */
  isAbsent(key: ClinicKey): boolean {
    return (this.#absentUntil.get(nameOf(key)) ?? 0) > this.#now();
  }

  noteAbsent(key: ClinicKey): void {
    this.#absentUntil.set(nameOf(key), this.#now() + ABSENT_MS);
  }

  /** Takes in what was read from Postgres, a deletion too, but where something asked for later is known. */
  learn(copy: ClinicCopy, askedAt: number): void {
    const known = this.#known.peek(copy.clinicId);
    if (known !== undefined && known.askedAt > askedAt) return;
    const freshUntil = this.#now() + FRESH_MS;
    this.#put(known, { copy, askedAt, freshUntil, dueAt: freshUntil - REFRESH_AHEAD_MS, kept: false });
  }

  /** Takes in a copy from Redis, unless this node knows the clinic by itself; to be read from Postgres when it can be. */
  borrow(copy: ClinicCopy, ageMs: number): void {
    if (this.knows(copy.clinicId)) return;
    const now = this.#now();
    this.#put(undefined, { copy, askedAt: 0, freshUntil: now + FRESH_MS - ageMs, dueAt: now, kept: true });
  }

  /** The last known good is the best there is: what is stored now is no clinic. */
  vouch(clinicId: string): void {
    const known = this.#known.peek(clinicId);
    if (known === undefined) return;
    known.freshUntil = this.#now() + FRESH_MS;
    known.dueAt = known.freshUntil - REFRESH_AHEAD_MS;
  }

  /** Clinics that should be read again, at most `limit`. */
  due(limit: number): string[] {
    const now = this.#now();
    return this.#some(limit, ({ copy, dueAt }) => copy.clinic !== null && dueAt <= now).map(
      ({ copy }) => copy.clinicId,
    );
  }

  /** All should be read again soon; they stay as fresh as they are. */
  doubtAll(): void {
    const now = this.#now();
    for (const known of this.#known.values()) known.dueAt = now;
  }

  /** Copies that Redis has not got yet, at most `limit`. */
  unkept(limit: number): ClinicCopy[] {
    return this.#some(limit, ({ kept }) => !kept).map(({ copy }) => copy);
  }

  noteKept(copies: readonly ClinicCopy[]): void {
    for (const copy of copies) {
      const known = this.#known.peek(copy.clinicId);
      if (known?.copy === copy) known.kept = true;
    }
  }

  /** In place where it is known already: being refreshed is not being used. */
  #put(known: Known | undefined, next: Known): void {
    const { clinicId, clinic } = next.copy;
    if (known === undefined) this.#known.set(clinicId, next);
    else Object.assign(known, next);
    if (clinic === null) return;
    this.#absentUntil.delete(nameOf({ id: clinicId }));
    for (const phone of numbersOf(clinic)) {
      this.#ids.set(phone, clinicId);
      this.#absentUntil.delete(nameOf({ phone }));
    }
  }

  #some(limit: number, wanted: (known: Known) => boolean): Known[] {
    const found: Known[] = [];
    for (const known of this.#known.values()) {
      if (found.length >= limit) break;
      if (wanted(known)) found.push(known);
    }
    return found;
  }
}

function nameOf(key: ClinicKey): string {
  return 'phone' in key ? `phone ${key.phone}` : `id ${key.id}`;
}
