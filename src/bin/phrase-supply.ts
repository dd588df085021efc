/**
 * Makes one clinic's phrases complete: takes what Postgres keeps into memory, shares what another clinic says just the
 * same, has the rest rendered by one node at a time, and then lets go of what the clinic no longer says.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { Events } from '../domain/events.ts';
import type { PhraseAudio, PhraseStore } from '../domain/ports.ts';
import type { RenderListener, RenderSentences } from '../openai/rendering.ts';
import type { PhraseWish } from './phrase-wishes.ts';

/** How long rendering a clinic may take; then it is broken off, and anybody may go on. */
export const CLAIM_MS = 5 * 60_000;

export interface PhraseSupplyParts {
  readonly store: PhraseStore;
  /** Null: what others rendered is played, and nothing is rendered here. */
  readonly render: RenderSentences | null;
  /** The model that speaks, by the name that its prices have. */
  readonly model: string;
  readonly node: string;
  readonly events: Events;
  readonly clock: Clock;
}

/** Where audio is put to be played. */
export interface PhraseMemory {
  peek(key: string): PhraseAudio | undefined;
  set(key: string, audio: PhraseAudio): unknown;
}

export class PhraseSupply {
  private readonly parts: PhraseSupplyParts;
  private readonly memory: PhraseMemory;

  constructor(parts: PhraseSupplyParts, memory: PhraseMemory) {
    this.parts = parts;
    this.memory = memory;
  }

  /**
   * Takes into memory what Postgres keeps of the clinic's phrases and what another clinic says just the same; resolves
   * with the rest. Rejects where the store failed.
   */
  async recall(clinicId: string, wishes: readonly PhraseWish[]): Promise<readonly PhraseWish[]> {
    const { store } = this.parts;
    const kept = new Set<string>();
    const keys = wishes.map(({ key }) => key);
    for (const { key, payload, ms } of await store.load(clinicId, keys)) {
      kept.add(key);
      this.memory.set(key, { payload, ms });
    }
    const shared = wishes.flatMap(({ key, text }) => {
      const audio = kept.has(key) ? undefined : this.memory.peek(key);
      return audio ? [{ key, text, ...audio }] : [];
    });
    if (shared.length > 0) await store.keep(clinicId, shared);
    for (const { key } of shared) kept.add(key);
    return wishes.filter(({ key }) => !kept.has(key));
  }

  /**
   * Has the rest rendered, as `recall` told it. True where nothing is left to do; false where another node is at it, or
   * nobody here may. What the model would not say word for word is added to `refused`, and not asked for again. Rejects
   * where a store or the service failed, or `signal` was aborted; what was rendered by then is kept.
   */
  async complete(
    clinic: Clinic,
    wishes: readonly PhraseWish[],
    rest: readonly PhraseWish[],
    refused: Set<string>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, render, node } = this.parts;
    const missing = (unkept: readonly PhraseWish[]): readonly PhraseWish[] =>
      unkept.filter(({ key }) => !refused.has(key));
    if (missing(rest).length > 0) {
      if (!render || !(await store.claim(clinic.id, node, CLAIM_MS))) return false;
      try {
        // Another node may have been at it until this moment.
        await this.supply(clinic, missing(await this.recall(clinic.id, wishes)), render, refused, signal);
      } finally {
        await store.release(clinic.id, node).catch(() => undefined);
      }
    }
    const keys = wishes.map(({ key }) => key);
    await store.retire(clinic.id, keys);
    return true;
  }

  private async supply(
    clinic: Clinic,
    missing: readonly PhraseWish[],
    render: RenderSentences,
    refused: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { events, clock } = this.parts;
    const tooLong = new AbortController();
    const callOff = clock.wakeAt(clock.now() + CLAIM_MS, () => tooLong.abort());
    const before = refused.size;
    const counts = { rendered: 0 };
    try {
      const byFormat = grouped(
        missing,
        ({ format }) => format,
        (wish) => wish,
      );
      for (const [format, wishes] of byFormat) {
        // One text may be wished for in several languages, where the clinic speaks one that Ava has no sentences in.
        const keysOf = grouped(
          wishes,
          ({ text }) => text,
          ({ key }) => key,
        );
        const request = { voice: clinic.voice, format, sentences: [...keysOf.keys()] };
        const listener = this.listener(clinic.id, keysOf, refused, counts);
        await render(request, listener, AbortSignal.any([signal, tooLong.signal]));
      }
    } finally {
      callOff();
      const told = { rendered: counts.rendered, refused: refused.size - before };
      if (told.rendered + told.refused > 0) events.emit('phrases.rendered', { clinicId: clinic.id, ...told });
    }
  }

  private listener(
    clinicId: string,
    keysOf: ReadonlyMap<string, readonly string[]>,
    refused: Set<string>,
    counts: { rendered: number },
  ): RenderListener {
    const { store, events, model } = this.parts;
    return {
      onRendered: async (text, audio) => {
        const keys = keysOf.get(text) ?? [];
        for (const key of keys) this.memory.set(key, audio);
        counts.rendered += 1;
        await store.keep(
          clinicId,
          keys.map((key) => ({ key, text, ...audio })),
        );
      },
      onRefused: (text) => {
        for (const key of keysOf.get(text) ?? []) refused.add(key);
      },
      onUsage: (usage) => events.emit('model.usage', { clinicId, usage, model }),
    };
  }
}

function grouped<Key, Value>(
  wishes: readonly PhraseWish[],
  keyOf: (wish: PhraseWish) => Key,
  valueOf: (wish: PhraseWish) => Value,
): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const wish of wishes) groups.set(keyOf(wish), [...(groups.get(keyOf(wish)) ?? []), valueOf(wish)]);
  return groups;
}
