/**
 * Keeps a node's memory of clinics true, in the background: every other second one cheap question after changes, then
 * what was changed or is due is read again, then Redis gets what it has not got yet. One round at a time, each at most
 * as long as a few statements' deadlines; a round that fails is told of and the next one makes up for it.
 */
import { type ChangePosition, changedSince, positionAfter, readChangeNotes } from './clinic-changes.ts';
import { type ClinicMemory, MAX_CLINICS } from './clinic-memory.ts';
import type { ClinicVault } from './clinic-vault.ts';
import { newestClinicIds, parseClinic, readClinics } from './clinics.ts';
import type { OutageReport } from './outage-report.ts';
import type { Database } from './postgres.ts';
import { withinPatience } from './within-patience.ts';

export interface ClinicRoundsParts {
  readonly database: Database;
  readonly vault: ClinicVault;
  readonly memory: ClinicMemory;
  readonly postgres: OutageReport;
  readonly redis: OutageReport;
  /** Told of a clinic that is stored wrongly; its last known good is kept. */
  readonly onUnreadable: (clinicId: string, error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** The longest pause between two rounds; anywhere in its upper quarter. */
  readonly pauseMs: number;
}

/** Clinics read by one statement: parsing them holds up audio for a few milliseconds at most. */
const BATCH = 20;
/** Clinics read again in one round because they are due, and copies given to Redis in one round. */
const MAX_A_ROUND = 100;
/** How long a starting node waits for its first round. */
const START_PATIENCE_MS = 2_000;
/** How long a stopping node waits for the round under way; its statements end with the database. */
const CLOSE_PATIENCE_MS = 1_000;

export class ClinicRounds {
  readonly #parts: ClinicRoundsParts;
  #position: ChangePosition | undefined;
  #round: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: ClinicRoundsParts) {
    this.#parts = parts;
  }

  /** Resolves after the first round, however it went, or when its patience is over. Rounds go on until `close`. */
  async start(): Promise<void> {
    this.#begin();
    await withinPatience(this.#round, START_PATIENCE_MS, undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await withinPatience(this.#round, CLOSE_PATIENCE_MS, undefined);
  }

  #begin(): void {
    this.#round = this.#run().finally(() => this.#pause());
  }

  #pause(): void {
    if (this.#closed) return;
    // Jittered, so that nodes started together do not ask together for ever.
    this.#timer = setTimeout(() => this.#begin(), this.#parts.pauseMs * (0.75 + Math.random() / 4));
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { postgres, redis } = this.#parts;
    try {
      await this.#follow();
      postgres.worked();
    } catch (error) {
      if (!this.#closed) postgres.failed(error);
    }
    try {
      if (await this.#keep()) redis.worked();
    } catch (error) {
      if (!this.#closed) redis.failed(error);
    }
  }

  async #follow(): Promise<void> {
    const { database, memory, postgres } = this.#parts;
    const notes = await readChangeNotes(database, this.#position);
    const changed = changedSince(this.#position, notes);
    // After an outage this may be another server, which lost the last changes.
    if (changed === 'anything' || postgres.down) memory.doubtAll();
    await this.#refresh(changed === 'anything' ? await this.#unknown() : changed);
    // Only now: what was not read for an error is told of again.
    this.#position = positionAfter(notes);
    await this.#refresh(memory.due(MAX_A_ROUND));
  }

  async #unknown(): Promise<string[]> {
    const { database, memory } = this.#parts;
    const ids = await newestClinicIds(database, MAX_CLINICS);
    return ids.filter((id) => !memory.knows(id));
  }

  async #refresh(clinicIds: readonly string[]): Promise<void> {
    const { database, memory, now, onUnreadable } = this.#parts;
    for (let start = 0; start < clinicIds.length && !this.#closed; start += BATCH) {
      const askedAt = now();
      for (const { clinicId, stored, readAtUs } of await readClinics(database, clinicIds.slice(start, start + BATCH))) {
        try {
          const clinic = stored === undefined ? null : parseClinic(stored);
          memory.learn({ clinicId, clinic, readAtUs }, askedAt);
        } catch (error) {
          memory.vouch(clinicId);
          onUnreadable(clinicId, error);
        }
      }
    }
  }

  /** True where there was something to keep. */
  async #keep(): Promise<boolean> {
    const { memory, vault } = this.#parts;
    const copies = memory.unkept(MAX_A_ROUND);
    await vault.keep(copies);
    memory.noteKept(copies);
    return copies.length > 0;
  }
}
