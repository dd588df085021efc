/** What every keeper of live calls promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallKeeper, CallSave, Kept, KeptCall } from '../../src/domain/call-keeping.ts';

export interface KeeperBench {
  readonly keeper: CallKeeper;
  /** Loses everything, as a Redis that was flushed. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** The n-th save of a call by the owner of an epoch: a head of its own, and one new item. */
export function saveOf(key: string, seq: number, changes: Partial<CallSave> = {}): CallSave {
  const epoch = changes.epoch ?? 1;
  return {
    key,
    epoch,
    seq,
    head: { text: `head ${seq} of ${epoch}` },
    items: [`item ${seq}`],
    whole: false,
    ...changes,
  };
}

/** What `saveOf` makes of a call up to here, saved whole. */
export function wholeOf(key: string, seq: number, changes: Partial<CallSave> = {}): CallSave {
  const items = Array.from({ length: seq }, (_, n) => `item ${n + 1}`);
  return saveOf(key, seq, { whole: true, items, ...changes });
}

/** A call as it is kept after its n-th save. */
export function keptAfter(seq: number, by: { readonly epoch?: number; readonly savedBy?: number } = {}): KeptCall {
  const { epoch = 1, savedBy = epoch } = by;
  const items = Array.from({ length: seq }, (_, n) => `item ${n + 1}`);
  return { kind: 'live', epoch, seq, head: { text: `head ${seq} of ${savedBy}` }, items };
}

export function describeCallKeeper(name: string, open: () => Promise<KeeperBench>): void {
  describe(`the keeper of calls ${name}`, () => {
    let bench: KeeperBench;
    let keeper: CallKeeper;
    let key: string;

    beforeEach(async () => {
      bench = await open();
      keeper = bench.keeper;
      key = `CA${randomUUID()}`;
    });
    afterEach(() => bench.close());

    /** Saves a call as its first owner, up to here. */
    const saved = async (seq: number) => {
      expect(await keeper.save(wholeOf(key, 1))).toBe('ok');
      for (let n = 2; n <= seq; n += 1) expect(await keeper.save(saveOf(key, n))).toBe('ok');
    };

    it('keeps the last head and every item, in order', async () => {
      expect(await keeper.read(key)).toBeNull();
      await saved(3);
      expect(await keeper.save(saveOf(key, 4, { items: [] }))).toBe('ok');
      expect(await keeper.save(saveOf(key, 5, { items: ['item 4', 'item 5'] }))).toBe('ok');
      expect(await keeper.read(key)).toEqual(keptAfter(5));
    });

    it('keeps whatever texts it is given, under whatever key, each call’s apart', async () => {
      const odd = ['', '}', `{}${key}`, `ж \u{1F600} ${key}`];
      for (const each of odd) {
        const text = `\u0000 ' " \\ \n ${each} ${'x'.repeat(5_000)}`;
        expect(await keeper.save(wholeOf(each, 1, { head: { [text]: text }, items: ['', text] }))).toBe('ok');
        expect(await keeper.read(each)).toMatchObject({ head: { [text]: text }, items: ['', text] });
      }
    });

    it('keeps each part as it was saved last, and none that is gone', async () => {
      const names = async () => {
        const kept = await keeper.read(key);
        return kept?.kind === 'live' ? kept.head : null;
      };
      await keeper.save(wholeOf(key, 1, { head: { mode: 'one', turns: 'one', seq: 'one' } }));
      await keeper.save(saveOf(key, 2, { head: { turns: 'two', tools: 'two' } }));
      expect(await names()).toEqual({ mode: 'one', turns: 'two', seq: 'one', tools: 'two' });
      await keeper.save(saveOf(key, 3, { head: { turns: '' } }));
      await keeper.save(saveOf(key, 4, { head: {} }));
      expect(await names()).toEqual({ mode: 'one', seq: 'one', tools: 'two' });
      expect(await keeper.take(key, 2)).toMatchObject({ head: await names(), seq: 4 });
      await keeper.save(wholeOf(key, 5, { epoch: 2, head: { mode: 'five', turns: '' } }));
      expect(await names()).toEqual({ mode: 'five' });
    });

    it('asks for everything where it has nothing, or something else than what a save follows', async () => {
      expect(await keeper.save(saveOf(key, 4))).toBe('gone');
      expect(await keeper.read(key)).toBeNull();
      await saved(2);
      for (const seq of [1, 2, 4]) expect(await keeper.save(saveOf(key, seq))).toBe('behind');
      expect(await keeper.save(saveOf(key, 3, { epoch: 2 }))).toBe('behind');
      expect(await keeper.read(key)).toEqual(keptAfter(2));
      expect(await keeper.save(wholeOf(key, 4))).toBe('ok');
      expect(await keeper.save(saveOf(key, 5))).toBe('ok');
      expect(await keeper.read(key)).toEqual(keptAfter(5));
    });

    it('takes a whole save twice, and none that was overtaken by a later one of its owner', async () => {
      await saved(1);
      expect(await keeper.save(wholeOf(key, 5))).toBe('ok');
      expect(await keeper.save(wholeOf(key, 5))).toBe('ok');
      expect(await keeper.save(wholeOf(key, 3))).toBe('behind');
      expect(await keeper.read(key)).toEqual(keptAfter(5));
    });

    it('takes a whole save of a newer owner, whatever its number', async () => {
      await saved(5);
      expect(await keeper.save(wholeOf(key, 1, { epoch: 3 }))).toBe('ok');
      expect(await keeper.read(key)).toEqual(keptAfter(1, { epoch: 3 }));
      expect(await keeper.save(saveOf(key, 6))).toBe('stale');
    });

    it('is mended by a whole save after everything was lost', async () => {
      await saved(3);
      await bench.flush();
      expect(await keeper.save(saveOf(key, 4))).toBe('gone');
      expect(await keeper.save(wholeOf(key, 4))).toBe('ok');
      expect(await keeper.save(saveOf(key, 5))).toBe('ok');
      expect(await keeper.read(key)).toEqual(keptAfter(5));
    });

    describe('that is taken over', () => {
      it('answers with what is kept, and lets the new owner go on from there', async () => {
        await saved(3);
        expect(await keeper.take(key, 2)).toEqual(keptAfter(3, { epoch: 2, savedBy: 1 }));
        expect(await keeper.read(key)).toEqual(keptAfter(3, { epoch: 2, savedBy: 1 }));
        expect(await keeper.save(saveOf(key, 4, { epoch: 2 }))).toBe('ok');
        expect(await keeper.read(key)).toEqual(keptAfter(4, { epoch: 2 }));
      });

      it('takes a whole save of the new owner too, whatever its number', async () => {
        await saved(3);
        await keeper.take(key, 2);
        expect(await keeper.save(wholeOf(key, 1, { epoch: 2 }))).toBe('ok');
        expect(await keeper.read(key)).toEqual(keptAfter(1, { epoch: 2 }));
      });

      it('lets no older owner change anything', async () => {
        await saved(3);
        await keeper.take(key, 2);
        const before = await keeper.read(key);
        expect(await keeper.save(saveOf(key, 4))).toBe('stale');
        expect(await keeper.save(wholeOf(key, 4))).toBe('stale');
        expect(await keeper.end(key, 1, 'over')).toBe('stale');
        expect(await keeper.take(key, 1)).toBe('stale');
        expect(await keeper.take(key, 2)).toBe('stale');
        expect(await keeper.read(key)).toEqual(before);
      });

      it('lets no older owner change anything where nothing was kept either', async () => {
        expect(await keeper.take(key, 3)).toBeNull();
        expect(await keeper.read(key)).toBeNull();
        expect(await keeper.save(wholeOf(key, 9))).toBe('stale');
        expect(await keeper.end(key, 2, 'over')).toBe('stale');
        expect(await keeper.take(key, 3)).toBe('stale');
        expect(await keeper.takeNext(key)).toBeNull();
        expect(await keeper.save(saveOf(key, 1, { epoch: 3 }))).toBe('gone');
        expect(await keeper.save(wholeOf(key, 1, { epoch: 3 }))).toBe('ok');
      });

      it('without the register has the next epoch', async () => {
        expect(await keeper.takeNext(key)).toBeNull();
        expect(await keeper.save(wholeOf(key, 1))).toBe('ok');
        expect(await keeper.takeNext(key)).toEqual(keptAfter(1, { epoch: 2, savedBy: 1 }));
        expect(await keeper.takeNext(key)).toEqual(keptAfter(1, { epoch: 3, savedBy: 1 }));
        expect(await keeper.save(saveOf(key, 2, { epoch: 2 }))).toBe('stale');
        expect(await keeper.save(saveOf(key, 2, { epoch: 3 }))).toBe('ok');
      });
    });

    describe('that is over', () => {
      it('stays so, whoever comes', async () => {
        await saved(2);
        expect(await keeper.end(key, 1, 'the caller hung up')).toBe('ok');
        const ended = { kind: 'ended', ending: 'the caller hung up' };
        expect(await keeper.save(saveOf(key, 3))).toBe('ended');
        expect(await keeper.save(wholeOf(key, 3))).toBe('ended');
        expect(await keeper.end(key, 1, 'again')).toBe('ended');
        expect(await keeper.take(key, 2)).toEqual(ended);
        expect(await keeper.takeNext(key)).toEqual(ended);
        expect(await keeper.save(saveOf(key, 3, { epoch: 2 }))).toBe('gone');
        expect(await keeper.read(key)).toEqual(ended);
      });

      it('is known though nothing of it was kept', async () => {
        expect(await keeper.end(key, 1, 'over')).toBe('ok');
        expect(await keeper.take(key, 2)).toEqual({ kind: 'ended', ending: 'over' });
      });

      it('by the word of a stale owner alone, after everything was lost, goes on with a whole save of its owner', async () => {
        await saved(2);
        await keeper.take(key, 2);
        await bench.flush();
        expect(await keeper.end(key, 1, 'over')).toBe('ok');
        expect(await keeper.save(wholeOf(key, 3, { epoch: 2 }))).toBe('ok');
        expect(await keeper.read(key)).toEqual(keptAfter(3, { epoch: 2 }));
        expect(await keeper.end(key, 1, 'over')).toBe('stale');
      });
    });

    describe('under contention', () => {
      it('is taken by each of 50 at another epoch', async () => {
        await saved(1);
        const taken = await Promise.all(Array.from({ length: 50 }, () => keeper.takeNext(key)));
        const epochs = taken.map((call) => (call?.kind === 'live' ? call.epoch : 0));
        expect(epochs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 2));
      });

      it('ends once, of 20 who end it', async () => {
        await saved(1);
        const ends = await Promise.all(Array.from({ length: 20 }, (_, n) => keeper.end(key, 1, `${n}`)));
        expect(ends.filter((answer) => answer === 'ok')).toHaveLength(1);
        expect(await keeper.read(key)).toEqual({ kind: 'ended', ending: `${ends.indexOf('ok')}` });
      });

      it('between two owners who save keeps all of the newer one’s, and of the older what was accepted before', async () => {
        await saved(1);
        const answers: Kept[] = [];
        const older = Array.from({ length: 30 }, (_, n) => n + 2);
        const saving = older.map(async (seq) => answers.push(await keeper.save(saveOf(key, seq))));
        const taking = keeper.take(key, 2).then(async (call) => {
          if (call === null || call === 'stale' || call.kind !== 'live') throw new Error('nothing was kept');
          const own = Array.from({ length: 30 }, (_, n) => call.seq + 1 + n);
          const kept = await Promise.all(own.map((seq) => keeper.save(saveOf(key, seq, { epoch: 2 }))));
          expect(new Set(kept)).toEqual(new Set(['ok']));
          return call;
        });
        const [taken] = await Promise.all([taking, ...saving]);
        expect(answers.filter((answer) => answer === 'ok')).toHaveLength(taken.seq - 1);
        expect(await keeper.read(key)).toEqual(keptAfter(taken.seq + 30, { epoch: 2 }));
      });

      it('between an end and a newer owner is either over for both, or goes on', async () => {
        await saved(1);
        const [ended, taken, late] = await Promise.all([
          keeper.end(key, 1, 'over'),
          keeper.take(key, 2),
          keeper.save(saveOf(key, 2)),
        ]);
        const over = { kind: 'ended', ending: 'over' };
        const goesOn = expect.objectContaining({ kind: 'live', epoch: 2 });
        expect([ended, taken, await keeper.read(key)]).toEqual(
          ended === 'ok' ? ['ok', over, over] : ['stale', goesOn, goesOn],
        );
        expect(late === 'ended' || ended === 'stale').toBe(true);
      });
    });
  });
}
