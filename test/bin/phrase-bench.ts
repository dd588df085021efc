/** Phrase books on a simulated clock, over a store and a directory in memory, with a model that speaks as it is told to. */
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import { type PhraseBookParts, RenderedPhraseBook } from '../../src/bin/phrase-book.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { AvaEventName, TokenUsage } from '../../src/domain/events.ts';
import type { PhraseAudio } from '../../src/domain/ports.ts';
import type { RenderRequest, RenderSentences } from '../../src/openai/rendering.ts';
import { memoryPhraseStore } from '../support/memory-phrases.ts';

const TICK_MS = 1_000;
const USAGE: TokenUsage = { textIn: 9, textInCached: 0, audioIn: 0, audioInCached: 0, textOut: 9, audioOut: 90 };

/** A sentence as a book has it. */
export function soundOf(text: string): PhraseAudio {
  return { payload: Buffer.from(text).toString('base64'), ms: text.length * 60 };
}

/** One service and one store for all the nodes of a test. */
export class PhraseBench {
  readonly clock = new SimulatedClock(1_000_000);
  readonly store = memoryPhraseStore(() => this.clock.now());
  readonly asked: RenderRequest[] = [];
  readonly events: [AvaEventName, unknown][] = [];
  /** The service's mood: what it does with each sentence. */
  say: (sentence: string) => 'says' | 'refuses' | 'fails' | 'hangs' = () => 'says';
  readonly clinics: Map<string, Clinic>;

  constructor(...clinics: readonly Clinic[]) {
    this.clinics = new Map(clinics.map((clinic) => [clinic.id, clinic]));
  }

  /** The sentences asked for so far. */
  get sentences(): readonly string[] {
    return this.asked.flatMap(({ sentences }) => sentences);
  }

  open({
    starts = true,
    ...changes
  }: Partial<PhraseBookParts> & { readonly starts?: boolean } = {}): RenderedPhraseBook {
    const book = new RenderedPhraseBook({
      directory: {
        byId: async (id) => this.clinics.get(id),
        byPhone: async () => undefined,
      },
      store: this.store,
      render: this.render,
      model: 'gpt-realtime-2.1',
      node: 'node-a',
      events: { emit: (name, event) => void this.events.push([name, event]) },
      clock: this.clock,
      clinicIds: async () => [],
      ...changes,
    });
    if (starts) void book.start();
    onTestFinished(() => book.close());
    return book;
  }

  named(name: AvaEventName): unknown[] {
    return this.events.flatMap(([each, event]) => (each === name ? [event] : []));
  }

  /** Lets time pass, and all that is under way come as far as it can. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed <= ms; passed += TICK_MS) {
      await settled();
      this.clock.advance(Math.min(TICK_MS, ms - passed));
    }
    await settled();
  }

  private readonly render: RenderSentences = async (request, listener, signal) => {
    this.asked.push(request);
    for (const sentence of request.sentences) {
      const mood = this.say(sentence);
      if (mood === 'fails') throw new Error('the service is away');
      if (mood === 'hangs')
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      listener.onUsage(USAGE);
      if (mood === 'refuses') listener.onRefused(sentence);
      else await listener.onRendered(sentence, soundOf(sentence));
    }
  };
}

async function settled(): Promise<void> {
  for (let n = 0; n < 20; n++) await setImmediate();
}
