/** What every store of rendered phrases promises. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PhraseStore, StoredPhrase } from '../../src/domain/ports.ts';
import { lumen, radiance } from './booking-requests.ts';

export interface PhraseBench {
  readonly store: PhraseStore;
  close(): Promise<void>;
}

/** A phrase that is made up of its name. `seconds` of µ-law: as long as a base64 text of many lines. */
export function phrase(key: string, seconds = 0.05): StoredPhrase {
  const audio = Buffer.alloc(seconds * 8_000, key);
  return { key, text: `The phrase ${key}.`, ms: seconds * 1_000, payload: audio.toString('base64') };
}

export function describePhraseStore(name: string, open: () => Promise<PhraseBench>): void {
  describe(`the store of phrases ${name}`, () => {
    let bench: PhraseBench;
    const keysOf = async (clinicId: string, ...keys: string[]): Promise<string[]> =>
      (await bench.store.load(clinicId, keys)).map(({ key }) => key).toSorted();

    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it('keeps phrases as they sound, to the sample', async () => {
      const phrases = [phrase('greeting', 6), phrase('goodbye')];
      await bench.store.keep(radiance.id, phrases);
      const found = await bench.store.load(radiance.id, ['greeting', 'goodbye', 'unheard-of']);
      expect(found.toSorted((a, b) => b.ms - a.ms)).toEqual(phrases);
      expect(await bench.store.load(radiance.id, [])).toEqual([]);
    });

    it('keeps each clinic’s apart, under one key too', async () => {
      await bench.store.keep(radiance.id, [phrase('moment')]);
      expect(await keysOf(lumen.id, 'moment')).toEqual([]);
      await bench.store.keep(lumen.id, [phrase('moment'), phrase('sorry')]);
      expect(await bench.store.retire(lumen.id, [])).toBe(2);
      expect(await keysOf(radiance.id, 'moment')).toEqual(['moment']);
    });

    it('lets what is kept stand, whoever renders the same again', async () => {
      await bench.store.keep(radiance.id, [phrase('moment')]);
      const again = { ...phrase('moment', 2), text: 'Another.' };
      await Promise.all([1, 2, 3].map(() => bench.store.keep(radiance.id, [again, phrase('sorry')])));
      expect(await bench.store.load(radiance.id, ['moment'])).toEqual([phrase('moment')]);
      expect(await keysOf(radiance.id, 'moment', 'sorry')).toEqual(['moment', 'sorry']);
    });

    it('deletes what a clinic no longer says, and says how much', async () => {
      await bench.store.keep(radiance.id, [phrase('old'), phrase('older'), phrase('new')]);
      expect(await bench.store.retire(radiance.id, ['new', 'yet to come'])).toBe(2);
      expect(await keysOf(radiance.id, 'old', 'older', 'new')).toEqual(['new']);
      expect(await bench.store.retire(radiance.id, ['new'])).toBe(0);
    });

    it('lets one node at a time render for a clinic, of however many that ask at once', async () => {
      const nodes = Array.from({ length: 8 }, (_, n) => `node-${n}`);
      const claims = await Promise.all(nodes.map((node) => bench.store.claim(radiance.id, node, 60_000)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      const holder = nodes[claims.indexOf(true)] ?? '';
      const other = nodes.find((node) => node !== holder) ?? '';
      expect(await bench.store.claim(radiance.id, holder, 60_000)).toBe(true);
      expect(await bench.store.claim(lumen.id, other, 60_000)).toBe(true);
      await bench.store.release(radiance.id, other);
      expect(await bench.store.claim(radiance.id, other, 60_000)).toBe(false);
      await bench.store.release(radiance.id, holder);
      expect(await bench.store.claim(radiance.id, other, 60_000)).toBe(true);
    });

    it('lets another node take over from one that died, once its claim has lapsed', async () => {
      expect(await bench.store.claim(radiance.id, 'dead', 20)).toBe(true);
      await expect.poll(() => bench.store.claim(radiance.id, 'heir', 60_000), { timeout: 5_000 }).toBe(true);
      expect(await bench.store.claim(radiance.id, 'dead', 20)).toBe(false);
    });
  });
}
