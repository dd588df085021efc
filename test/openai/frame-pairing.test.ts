import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FramePairing, PairedAudio } from '../../src/openai/frame-pairing.ts';
import { PAIRING_LIMITS, pairs } from '../../src/openai/pairing-policy.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FRAME = Buffer.alloc(160, 1).toString('base64');

describe('the pairing of frames', () => {
  it('begins when a node is busy, and ends only when it is idle', () => {
    const shares = [0.1, 0.5, 0.59, 0.61, 0.5, 0.36, 0.34, 0.5, 0.9];
    let on = false;
    const seen = shares.map((share) => {
      on = pairs('when_busy', on, share);
      return on;
    });
    expect(seen).toEqual([false, false, false, true, true, true, false, false, true]);
    // What pairing spares must not end it.
    expect(PAIRING_LIMITS.idle).toBeLessThan(PAIRING_LIMITS.busy * 0.65);
  });

  it('can be decided for the node', () => {
    expect([pairs('never', true, 1), pairs('always', false, 0)]).toEqual([false, true]);
  });

  it('lets a lone frame wait 40 ms at most', () => {
    const pairing = new FramePairing('always');
    const sent: string[] = [];
    const audio = new PairedAudio(pairing, (payload) => sent.push(payload));
    vi.advanceTimersByTime(PAIRING_LIMITS.beatMs / 2);
    audio.take(FRAME);
    vi.advanceTimersByTime(25);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(15);
    expect(sent).toEqual([FRAME]);
    audio.close();
  });

  it('gives each lone frame its own time, however many found their pair before', () => {
    const pairing = new FramePairing('always');
    const sent: string[] = [];
    const audio = new PairedAudio(pairing, (payload) => sent.push(payload));
    for (let n = 0; n < 5; n++) {
      audio.take(FRAME);
      vi.advanceTimersByTime(20);
    }
    expect(sent).toHaveLength(2);
    // Four beats after the first frame of all, and one and a half after the one that waits.
    vi.advanceTimersByTime(5);
    expect(sent).toHaveLength(2);
    vi.advanceTimersByTime(15);
    expect(sent.at(-1)).toBe(FRAME);
    audio.close();
  });

  it('needs no timer while it is off, nor without sessions', () => {
    const off = new PairedAudio(new FramePairing('never'), () => undefined);
    expect(vi.getTimerCount()).toBe(0);
    off.close();
    const pairing = new FramePairing('when_busy');
    const [first, second] = [0, 1].map(() => new PairedAudio(pairing, () => undefined));
    expect(vi.getTimerCount()).toBe(1);
    first?.close();
    expect(vi.getTimerCount()).toBe(1);
    second?.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends nothing of a session that is over', () => {
    const sent: string[] = [];
    const audio = new PairedAudio(new FramePairing('always'), (payload) => sent.push(payload));
    audio.take(FRAME);
    audio.close();
    audio.flush();
    vi.advanceTimersByTime(100);
    expect(sent).toEqual([]);
  });
});
