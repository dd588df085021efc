/** A caller's audio from a browser: frames of 20 ms, whatever the pieces. */
import { describe, expect, it } from 'vitest';
import { CallerSamples } from '../../src/browser/caller-samples.ts';

const base64 = (...bytes: number[]): string => Buffer.from(bytes).toString('base64');

/** How long each frame is, bytes. */
const lengths = (frames: readonly string[] = []): number[] => frames.map((each) => Buffer.from(each, 'base64').length);
const joined = (frames: readonly string[]): Buffer => Buffer.concat(frames.map((each) => Buffer.from(each, 'base64')));

describe('audio from a browser', () => {
  it.each([
    ['audio/pcm', 48],
    ['audio/pcmu', 8],
  ] as const)('becomes frames of 20 ms however it is cut, and no byte is lost: %s', (format, bytesPerMs) => {
    const bytes = Buffer.from(Array.from({ length: 1_010 * bytesPerMs }, (_, n) => n % 251));
    for (const pieceBytes of [7, 5 * bytesPerMs, 20 * bytesPerMs, 333 * bytesPerMs + 1, bytes.length]) {
      const samples = new CallerSamples(format);
      const frames: string[] = [];
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        frames.push(...(samples.take(bytes.toString('base64', at, at + pieceBytes))?.frames ?? []));
      }
      expect(new Set(lengths(frames))).toEqual(new Set([20 * bytesPerMs]));
      const rest = samples.flush().frames;
      expect(lengths(rest)).toEqual([10 * bytesPerMs]);
      expect(joined([...frames, ...rest]).equals(bytes)).toBe(true);
    }
  });

  it('is given out to its last whole sample at the end of a turn, half a one waiting for the next', () => {
    const samples = new CallerSamples('audio/pcm');
    expect(samples.take(base64(1, 2, 3))?.frames).toEqual([]);
    expect(samples.flush().frames).toEqual([base64(1, 2)]);
    expect(samples.flush().frames).toEqual([]);
    samples.take(base64(4, 5));
    expect(samples.flush().frames).toEqual([base64(3, 4)]);
  });

  it('that begins anew waits for no half of a sample', () => {
    const samples = new CallerSamples('audio/pcm');
    samples.take(base64(1, 2, 3));
    samples.restart();
    samples.take(base64(4, 5));
    expect(samples.flush().frames).toEqual([base64(1, 2, 4, 5)]);
  });

  it('may be nothing', () => {
    expect(new CallerSamples('audio/pcm').take('')).toEqual({ frames: [], speechMs: 0 });
  });

  it('may leave its padding out', () => {
    const samples = new CallerSamples('audio/pcmu');
    samples.take('AAA');
    expect(samples.flush().frames).toEqual(['AAA=']);
  });

  it.each([
    ['audio/pcm', Buffer.alloc(960, 0x11), 20],
    ['audio/pcm', Buffer.alloc(960), 0],
    ['audio/pcm', Buffer.alloc(960, Buffer.from([100, 0])), 0],
    ['audio/pcm', Buffer.concat([Buffer.alloc(4_800), Buffer.alloc(1_920, 0x11)]), 40],
    ['audio/pcmu', Buffer.alloc(160, 0x80), 20],
    ['audio/pcmu', Buffer.alloc(160, 0xff), 0],
    ['audio/pcmu', Buffer.alloc(160, 0x7f), 0],
  ] as const)('is speech where it is loud: %s %#', (format, bytes, speechMs) => {
    expect(new CallerSamples(format).take(bytes.toString('base64'))?.speechMs).toBe(speechMs);
  });

  it.each(['§', 'A', 'AA=A', 'AAAA\n', 'AAAA AAAA', '"'])('is refused where it is no base64: %j', (data) => {
    expect(new CallerSamples('audio/pcm').take(data)).toBeNull();
  });
});
