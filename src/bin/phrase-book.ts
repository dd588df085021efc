/**
 * The phrase book of a node: fixed phrases as audio, in memory for calls to play at once, in Postgres for all nodes and
 * for ever. All work is done in the background, few clinics at a time: a clinic is looked after when a call first needs
 * it, after the start for those the node knows of, and again when its facts change. Whatever fails is tried again later;
 * no call ever waits for it.
 */
import { LRUCache } from 'lru-cache';
import { backOffMs, RETRY } from '../../queues/retry.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ClinicDirectory, PhraseAudio, PhraseBook } from '../domain/ports.ts';
import { PhraseSupply, type PhraseSupplyParts } from './phrase-supply.ts';
import { type PhraseWish, phraseKey, phraseWishes } from './phrase-wishes.ts';

export interface PhraseBookParts extends PhraseSupplyParts {
  readonly directory: ClinicDirectory;
  /** The clinics to look after from the start. */
  readonly clinicIds: () => Promise<readonly string[]>;
  /** What phrases are kept ready in; for telephones alone where not given. */
  readonly formats?: readonly AudioFormat[];
  readonly maxBytes?: number;
}

export const PHRASE_LIMITS = {
  /** Base64 in memory: about 50 clinics of two languages, the least recently played out first. */
  memoryBytes: 64 << 20,
  clinics: 2_000,
  /** Clinics looked after at once; each renders one sentence at a time. */
  clinicsAtOnce: 2,
  /** How often is looked whether a clinic's facts changed. */
  roundMs: 15_000,
  /** How long a clinic is left alone after it was looked after, though something is asked for that is not there. */
  restMs: 60_000,
  /** How long another node's rendering is waited for before it is looked again. */
  elsewhereMs: 20_000,
} as const;

/** How it stands with one clinic. */
interface Care {
  /** What was wished for when it was last looked after; anything else means that the clinic's facts changed. */
  readonly wished: string;
  /** Keys of what the model would not say word for word. */
  readonly refused: Set<string>;
  failures: number;
  complete: boolean;
  /** Not looked after again before, unless its facts change. */
  notBefore: number;
}

export class RenderedPhraseBook implements PhraseBook {
  private readonly parts: PhraseBookParts;
  private readonly supply: PhraseSupply;
  private readonly memory: LRUCache<string, PhraseAudio>;
  private readonly cares = new LRUCache<string, Care>({ max: PHRASE_LIMITS.clinics });
  private readonly waiting = new Set<string>();
  private readonly underWay = new Map<string, Promise<void>>();
  /** Who waits until what Postgres keeps of a clinic is in memory, by the clinic. */
  private readonly recalling = new Map<string, () => void>();
  private readonly closing = new AbortController();
  private callOff: () => void = () => {};

  constructor(parts: PhraseBookParts) {
    this.parts = parts;
    const maxSize = parts.maxBytes ?? PHRASE_LIMITS.memoryBytes;
    this.memory = new LRUCache({ maxSize, sizeCalculation: ({ payload }) => Math.max(1, payload.length) });
    this.supply = new PhraseSupply(parts, this.memory);
  }

  audioOf(
    clinicId: string,
    voice: string,
    language: string,
    format: AudioFormat,
    text: string,
  ): PhraseAudio | undefined {
    const { model } = this.parts;
    const found = this.memory.get(phraseKey({ model, voice, language, format, text }));
    if (found === undefined && this.isDue(clinicId)) this.look(clinicId);
    return found;
  }

  /**
   * Begins to look after clinics. Resolves once what Postgres keeps of those known from the start is in memory, or was
   * asked for in vain; what has still to be rendered is not waited for. Never rejects.
   */
  async start(): Promise<void> {
    this.sleep();
    // Without a store to ask, clinics are looked after as they are called.
    const ids = await this.parts.clinicIds().catch(() => []);
    const recalled = (id: string): Promise<void> => new Promise((resolve) => this.recalling.set(id, resolve));
    const all = Promise.all(ids.map(recalled));
    for (const id of ids) this.look(id);
    await all;
  }

  /** Breaks off what is under way; what is in memory is still answered. */
  async close(): Promise<void> {
    this.closing.abort();
    this.callOff();
    this.waiting.clear();
    await Promise.all(this.underWay.values());
  }

  private sleep(): void {
    const { clock } = this.parts;
    if (this.closing.signal.aborted) return;
    this.callOff = clock.wakeAt(clock.now() + PHRASE_LIMITS.roundMs, () => {
      void this.round().finally(() => this.sleep());
    });
  }

  /** Looks again after clinics that changed, and after those that are not complete. */
  private async round(): Promise<void> {
    for (const [clinicId, care] of Array.from(this.cares.entries())) {
      const clinic = await this.parts.directory.byId(clinicId).catch(() => undefined);
      const isChanged = clinic !== undefined && namesOf(this.wishesOf(clinic)) !== care.wished;
      if (isChanged || (!care.complete && this.isDue(clinicId))) this.look(clinicId);
    }
  }

  private isDue(clinicId: string): boolean {
    return (this.cares.peek(clinicId)?.notBefore ?? Number.NEGATIVE_INFINITY) <= this.parts.clock.now();
  }

  private look(clinicId: string): void {
    const isFull = this.waiting.size >= PHRASE_LIMITS.clinics;
    if (this.closing.signal.aborted || isFull || this.underWay.has(clinicId)) return;
    this.waiting.add(clinicId);
    this.go();
  }

  private go(): void {
    for (const clinicId of this.waiting) {
      if (this.underWay.size >= PHRASE_LIMITS.clinicsAtOnce) return;
      this.waiting.delete(clinicId);
      const work = this.lookAfter(clinicId).finally(() => {
        this.underWay.delete(clinicId);
        this.go();
      });
      this.underWay.set(clinicId, work);
    }
  }

  /** Never rejects. */
  private async lookAfter(clinicId: string): Promise<void> {
    const { directory, clock, events } = this.parts;
    let care: Care | undefined;
    try {
      const clinic = await directory.byId(clinicId);
      if (!clinic) return void this.cares.delete(clinicId);
      const wishes = this.wishesOf(clinic);
      care = this.careOf(clinicId, namesOf(wishes));
      const rest = await this.supply.recall(clinicId, wishes);
      this.recalled(clinicId);
      care.complete = await this.supply.complete(clinic, wishes, rest, care.refused, this.closing.signal);
      care.failures = 0;
      care.notBefore = clock.now() + (care.complete ? PHRASE_LIMITS.restMs : PHRASE_LIMITS.elsewhereMs);
    } catch (error) {
      if (this.closing.signal.aborted) return;
      events.emit('phrases.failed', { clinicId, error });
      care ??= this.cares.get(clinicId) ?? this.careOf(clinicId, '');
      care.failures += 1;
      care.complete = false;
      care.notBefore = clock.now() + backOffMs(RETRY.phrases, care.failures);
    } finally {
      this.recalled(clinicId);
    }
  }

  private recalled(clinicId: string): void {
    this.recalling.get(clinicId)?.();
    this.recalling.delete(clinicId);
  }

  /** What is known of the clinic, unless its facts changed. */
  private careOf(clinicId: string, wished: string): Care {
    const known = this.cares.get(clinicId);
    if (known?.wished === wished) return known;
    const care = { wished, refused: new Set<string>(), failures: 0, complete: false, notBefore: 0 };
    this.cares.set(clinicId, care);
    return care;
  }

  private wishesOf(clinic: Clinic): readonly PhraseWish[] {
    return phraseWishes(clinic, this.parts.model, this.parts.formats ?? ['audio/pcmu']);
  }
}

function namesOf(wishes: readonly PhraseWish[]): string {
  return wishes.map(({ key }) => key).join(' ');
}
