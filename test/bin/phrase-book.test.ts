import { describe, expect, it } from 'vitest';
import { RETRY } from '../../queues/retry.ts';
import { PHRASE_LIMITS, type RenderedPhraseBook } from '../../src/bin/phrase-book.ts';
import { CLAIM_MS } from '../../src/bin/phrase-supply.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';
import { lumen, radiance } from '../support/memory-clinics.ts';
import { PhraseBench, soundOf } from './phrase-bench.ts';
import { phraseAudio } from './phrase-sounds.ts';

const greetingOf = (book: RenderedPhraseBook, clinic: Clinic, language?: string): unknown =>
  phraseAudio(book, clinic, language).greeting;
const ENGLISH = Object.values(fixedPhrases(radiance));
const SPANISH = Object.values(fixedPhrases(radiance, 'es-US'));
const ENGLISH_GREETING = fixedPhrases(radiance).greeting;
const SPANISH_GREETING = fixedPhrases(radiance, 'es').greeting;

const away = async (): Promise<never> => {
  throw new Error('Postgres is away');
};

describe('the phrase book', () => {
  it('has nothing to play at first and never waits; a clinic that was asked for is rendered whole, in all its languages', async () => {
    const bench = new PhraseBench(radiance, lumen);
    const book = bench.open();
    expect(greetingOf(book, radiance)).toBeUndefined();
    await bench.pass(0);
    for (const language of radiance.conversation.languages) {
      const phrases = fixedPhrases(radiance, language);
      const sounds = Object.entries(phrases).map(([name, text]) => [name, soundOf(text)]);
      expect(phraseAudio(book, radiance, language)).toEqual(Object.fromEntries(sounds));
    }
    expect(bench.sentences.toSorted()).toEqual([...ENGLISH, ...SPANISH].toSorted());
    expect(bench.named('phrases.rendered')).toEqual([
      { clinicId: radiance.id, rendered: ENGLISH.length + SPANISH.length, refused: 0 },
    ]);
    expect(bench.named('model.usage')).toHaveLength(ENGLISH.length + SPANISH.length);
    expect(greetingOf(book, lumen)).toBeUndefined();
  });

  it('looks after the clinics it was told of from the start', async () => {
    const bench = new PhraseBench(radiance);
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    expect(greetingOf(book, radiance, 'es-MX')).toEqual(soundOf(SPANISH_GREETING));
  });

  it('plays what is kept without having anything said again, after a restart and on other nodes', async () => {
    const bench = new PhraseBench(radiance);
    bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    const before = bench.asked.length;
    const other = bench.open({ node: 'node-b' });
    expect(greetingOf(other, radiance)).toBeUndefined();
    await bench.pass(0);
    expect(greetingOf(other, radiance)).toEqual(soundOf(ENGLISH_GREETING));
    expect(bench.asked).toHaveLength(before);
  });

  it('has what is kept in memory once it has started, and waits for nothing that has still to be rendered', async () => {
    const bench = new PhraseBench(radiance, lumen);
    bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    bench.say = () => 'hangs';
    const book = bench.open({ node: 'node-b', clinicIds: async () => [radiance.id, lumen.id], starts: false });
    await book.start();
    expect(greetingOf(book, radiance)).toEqual(soundOf(ENGLISH_GREETING));
    expect(greetingOf(book, lumen)).toBeUndefined();
  });

  it('has started where its store is away, or a clinic is gone', async () => {
    const bench = new PhraseBench(radiance);
    const store = { ...bench.store, load: away };
    await bench.open({ store, clinicIds: async () => [radiance.id, lumen.id], starts: false }).start();
    await bench.open({ clinicIds: away, starts: false }).start();
    expect(bench.named('phrases.failed')).toMatchObject([{ clinicId: radiance.id }]);
  });

  it('has each sentence said once, however many nodes need it at the same moment', async () => {
    const bench = new PhraseBench(radiance);
    const nodes = ['node-a', 'node-b', 'node-c'].map((node) =>
      bench.open({ node, clinicIds: async () => [radiance.id] }),
    );
    await bench.pass(PHRASE_LIMITS.elsewhereMs + PHRASE_LIMITS.roundMs);
    for (const book of nodes) expect(greetingOf(book, radiance)).toEqual(soundOf(ENGLISH_GREETING));
    expect(bench.sentences).toHaveLength(ENGLISH.length + SPANISH.length);
  });

  it('shares what clinics with one voice say alike', async () => {
    const bench = new PhraseBench(radiance, lumen);
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    const before = bench.sentences.length;
    greetingOf(book, lumen);
    await bench.pass(0);
    const { greeting, disclosure, goodbye } = fixedPhrases(lumen);
    expect(bench.sentences.slice(before)).toEqual([greeting, disclosure, goodbye]);
    // Its own to keep: without the other one it still has all of them.
    const other = bench.open({ node: 'node-b', render: null });
    greetingOf(other, lumen);
    await bench.pass(0);
    expect(phraseAudio(other, lumen).oneMoment).toBeDefined();
  });

  it('is brought up to date when a clinic changes, and lets go of what it no longer says', async () => {
    const bench = new PhraseBench(radiance);
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    const renamed = { ...radiance, name: 'Glow Med Spa' };
    bench.clinics.set(radiance.id, renamed);
    const before = bench.sentences.length;
    await bench.pass(PHRASE_LIMITS.roundMs);
    const english = fixedPhrases(renamed);
    const spanish = fixedPhrases(renamed, 'es');
    expect(bench.sentences.slice(before)).toEqual([
      english.greeting,
      english.goodbye,
      spanish.greeting,
      spanish.goodbye,
    ]);
    expect(greetingOf(book, renamed)).toEqual(soundOf(english.greeting));
    expect(await bench.store.retire(radiance.id, [])).toBe(ENGLISH.length + SPANISH.length);
  });

  it('plays what another node rendered where nothing is rendered here', async () => {
    const bench = new PhraseBench(radiance);
    const listener = bench.open({ render: null, clinicIds: async () => [radiance.id] });
    await bench.pass(PHRASE_LIMITS.roundMs);
    expect(bench.asked).toEqual([]);
    bench.open({ node: 'node-b', clinicIds: async () => [radiance.id] });
    await bench.pass(PHRASE_LIMITS.elsewhereMs + PHRASE_LIMITS.roundMs);
    expect(greetingOf(listener, radiance)).toBeDefined();
  });

  it('keeps within its memory, the least played out first, and finds again what went', async () => {
    const bench = new PhraseBench(radiance);
    const bytes = soundOf(ENGLISH_GREETING).payload.length + 100;
    const book = bench.open({ maxBytes: bytes, clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    const played = Object.values(phraseAudio(book, radiance)).filter((audio) => audio !== undefined);
    expect(played.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThanOrEqual(bytes);
    const large = bench.open({ node: 'node-b' });
    greetingOf(large, radiance);
    await bench.pass(0);
    expect(Object.values(phraseAudio(large, radiance)).every((audio) => audio !== undefined)).toBe(true);
  });
});

describe('a phrase book with a service in trouble', () => {
  it('keeps what was said before it broke off, asks less and less, and makes up for it', async () => {
    const bench = new PhraseBench(radiance);
    const fourth = ENGLISH[3];
    bench.say = (sentence) => (sentence === fourth ? 'fails' : 'says');
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    expect(greetingOf(book, radiance)).toBeDefined();
    expect(phraseAudio(book, radiance).stillThere).toBeUndefined();
    expect(bench.named('phrases.failed')).toMatchObject([{ clinicId: radiance.id, error: { message: /away/ } }]);
    // Each asking is for what is missing only.
    await bench.pass(10 * 60_000);
    const askings = bench.asked.length;
    expect(askings).toBeGreaterThan(2);
    expect(askings).toBeLessThan(9);
    expect(bench.asked[1]?.sentences[0]).toBe(fourth);
    bench.say = () => 'says';
    await bench.pass(RETRY.phrases.longestMs + PHRASE_LIMITS.roundMs);
    expect(Object.values(phraseAudio(book, radiance)).every((audio) => audio !== undefined)).toBe(true);
    expect(bench.named('phrases.failed')).toHaveLength(askings);
  });

  it('is not asked more often because calls ask for what is not there', async () => {
    const bench = new PhraseBench(radiance);
    bench.say = () => 'fails';
    const book = bench.open();
    for (let n = 0; n < 200; n++) {
      greetingOf(book, radiance);
      await bench.pass(10);
    }
    expect(bench.asked).toHaveLength(1);
  });

  it('goes without what the model will not say, and asks for it again only when the clinic has changed', async () => {
    const bench = new PhraseBench(radiance);
    const emergency = fixedPhrases(radiance).emergency;
    bench.say = (sentence) => (sentence === emergency ? 'refuses' : 'says');
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    expect(phraseAudio(book, radiance)).toMatchObject({ emergency: undefined, greeting: { ms: expect.any(Number) } });
    expect(bench.named('phrases.rendered')).toMatchObject([{ refused: 1 }]);
    await bench.pass(2 * PHRASE_LIMITS.restMs);
    phraseAudio(book, radiance);
    await bench.pass(0);
    expect(bench.asked).toHaveLength(1);
    bench.clinics.set(radiance.id, { ...radiance, name: 'Glow Med Spa' });
    await bench.pass(PHRASE_LIMITS.roundMs);
    expect(bench.sentences.filter((sentence) => sentence === emergency)).toHaveLength(2);
  });

  it('breaks off what takes too long, so that it is nobody’s claim for ever', async () => {
    const bench = new PhraseBench(radiance);
    bench.say = () => 'hangs';
    bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    expect(await bench.store.claim(radiance.id, 'node-b', 1)).toBe(false);
    await bench.pass(CLAIM_MS);
    expect(bench.named('phrases.failed')).toHaveLength(1);
    expect(await bench.store.claim(radiance.id, 'node-b', 1)).toBe(true);
  });

  it('does not hold up a node that stops, and leaves no alarm behind', async () => {
    const bench = new PhraseBench(radiance);
    bench.say = (sentence) => (sentence === ENGLISH[2] ? 'hangs' : 'says');
    const book = bench.open({ clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    await book.close();
    expect(bench.clock.pending).toBe(0);
    expect(bench.named('phrases.failed')).toEqual([]);
    expect(greetingOf(book, radiance)).toBeDefined();
    expect(await bench.store.claim(radiance.id, 'node-b', 1)).toBe(true);
  });

  it('plays from memory, and tries again, where its store is away', async () => {
    const bench = new PhraseBench(radiance);
    let isAway = false;
    const load: typeof bench.store.load = async (clinicId, keys) => {
      if (isAway) throw new Error('Postgres is away');
      return bench.store.load(clinicId, keys);
    };
    const book = bench.open({ store: { ...bench.store, load }, clinicIds: async () => [radiance.id] });
    await bench.pass(0);
    isAway = true;
    bench.clinics.set(radiance.id, { ...radiance, voice: 'cedar' });
    await bench.pass(PHRASE_LIMITS.roundMs);
    expect(bench.named('phrases.failed')).toMatchObject([{ error: { message: 'Postgres is away' } }]);
    expect(greetingOf(book, radiance)).toBeDefined();
    isAway = false;
    await bench.pass(2 * 60_000);
    expect(greetingOf(book, { ...radiance, voice: 'cedar' })).toBeDefined();
  });
});
