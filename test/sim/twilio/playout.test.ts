import { describe, expect, it } from 'vitest';
import { MAX_BUFFERED_MS, Playout } from './playout.ts';

const audio = (samples: number, value = 1): Buffer => Buffer.alloc(samples, value);

describe('playout', () => {
  it('plays 160 samples a tick, across pieces of any size', () => {
    const playout = new Playout();
    for (const size of [100, 50, 200, 10]) playout.append(audio(size, size));
    expect(playout.bufferedMs).toBe(45);
    const frames = [playout.next(), playout.next(), playout.next(), playout.next()].map(({ samples }) => samples);
    expect(frames.map((frame) => frame?.length)).toEqual([160, 160, 40, undefined]);
    expect(Buffer.concat(frames.filter((frame) => frame !== undefined))).toEqual(
      Buffer.concat([audio(100, 100), audio(50, 50), audio(200, 200), audio(10, 10)]),
    );
  });

  it('gives a mark back one tick after the last frame before it began', () => {
    const playout = new Playout();
    expect(playout.mark('at once')).toBe(true);
    playout.append(audio(320));
    expect(playout.mark('a')).toBe(false);
    playout.append(audio(160));
    expect(playout.mark('b')).toBe(false);
    const marks = [1, 2, 3, 4, 5].map(() => playout.next().marks);
    expect(marks).toEqual([[], [], ['a'], ['b'], []]);
    expect(playout.mark('idle')).toBe(true);
  });

  it('forgets everything on clear, and gives the pending marks back', () => {
    const playout = new Playout();
    playout.append(audio(1600));
    playout.mark('a');
    playout.next();
    expect(playout.clear()).toEqual({ marks: ['a'], droppedMs: 180, playedMs: 20 });
    expect(playout.next()).toEqual({ samples: undefined, marks: [] });
    expect(playout.mark('b')).toBe(true);
  });

  it('refuses more than it can hold', () => {
    const playout = new Playout();
    expect(playout.append(audio(MAX_BUFFERED_MS * 8))).toBe(true);
    expect(playout.append(audio(8))).toBe(false);
  });
});
