/** A caller's audio from a browser: whole samples, whatever the pieces. */
import { describe, expect, it } from 'vitest';
import { CallerSamples } from '../../src/browser/caller-samples.ts';

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');

describe('audio from a browser', () => {
  it('is cut where a sample ends, the rest being kept for the next piece', () => {
    const samples = new CallerSamples('audio/pcm');
    expect(samples.take(base64(1, 2, 3))).toEqual({ payload: base64(1, 2), ms: 2 / 48 });
    expect(samples.take(base64(4, 5))).toEqual({ payload: base64(3, 4), ms: 2 / 48 });
    expect(samples.take(base64(6))).toEqual({ payload: base64(5, 6), ms: 2 / 48 });
  });

  it('is empty where no sample is whole, or nothing was sent', () => {
    const samples = new CallerSamples('audio/pcm');
    expect(samples.take('')).toEqual({ payload: '', ms: 0 });
    expect(samples.take(base64(1))).toEqual({ payload: '', ms: 0 });
  });

  it('counts a byte of µ-law as a sample', () => {
    expect(new CallerSamples('audio/pcmu').take(base64(1, 2, 3))).toEqual({ payload: base64(1, 2, 3), ms: 3 / 8 });
  });

  it.each(['§', 'A', 'AA=A', 'AAAA\n', 'AAAA AAAA', '"'])('is refused where it is no base64: %j', (data) => {
    expect(new CallerSamples('audio/pcm').take(data)).toBeNull();
  });
});
