import { describe, expect, it } from 'vitest';
import { CALLER_AUDIO_LIMITS, CallerAudio, inLongPieces } from '../../../actors/model/caller-audio.ts';

/** 20 ms of audio in base64: 160 bytes; begins with its number. */
const frame = (n: number): string => `${n}`.padEnd(214, 'A');
const numbers = (frames: readonly string[]): number[] => frames.map((each) => Number(each.replace(/A+$/, '')));

function listening(): CallerAudio {
  const audio = new CallerAudio();
  audio.release();
  return audio;
}

function take(audio: CallerAudio, from: number, to: number): void {
  for (let n = from; n <= to; n++) audio.take(frame(n));
}

describe('what is kept of a caller', () => {
  it('is everything while no session listens, up to fifteen seconds', () => {
    const audio = new CallerAudio();
    expect(audio.take(frame(1))).toBe(false);
    take(audio, 2, 1_000);
    const kept = numbers(audio.release());
    expect([kept.length, kept.at(-1)]).toEqual([CALLER_AUDIO_LIMITS.frames, 1_000]);
    expect(audio.take(frame(1_001))).toBe(true);
  });

  it('is all of what their browser sends again at once, until a session has heard it', () => {
    const audio = new CallerAudio();
    audio.comesAgain();
    take(audio, 1, 6_000);
    expect(numbers(audio.release())).toHaveLength(6_000);
    audio.hold(false);
    take(audio, 6_001, 7_000);
    expect(numbers(audio.release())).toHaveLength(CALLER_AUDIO_LIMITS.frames);
  });

  it('is a moment while they are silent and a session listens', () => {
    const audio = listening();
    take(audio, 1, 500);
    audio.hold(false);
    take(audio, 501, 503);
    expect(numbers(audio.release())).toEqual(Array.from({ length: 18 }, (_, n) => 486 + n));
  });

  it('is a turn from a moment before its beginning until its words are known', () => {
    const audio = listening();
    take(audio, 1, 100);
    audio.voiceBegan('u', 1_700);
    take(audio, 101, 300);
    audio.hold(false);
    expect(numbers(audio.release())[0]).toBe(86);
    audio.voiceBegan('again', 100);
    audio.settle('again');
    take(audio, 301, 310);
    audio.hold(false);
    expect(numbers(audio.release())).toEqual(Array.from({ length: 15 }, (_, n) => 296 + n));
  });

  it('is no turn that is not wanted', () => {
    const audio = listening();
    take(audio, 1, 100);
    audio.voiceBegan('cough', 1_700);
    take(audio, 101, 200);
    audio.settle('cough');
    audio.hold(false);
    expect(numbers(audio.release())[0]).toBe(186);
  });

  it('starts at the first of several turns without words', () => {
    const audio = listening();
    take(audio, 1, 100);
    audio.voiceBegan('a', 1_700);
    take(audio, 101, 200);
    audio.voiceBegan('b', 3_700);
    audio.settle('b');
    audio.hold(false);
    expect(numbers(audio.release())[0]).toBe(86);
  });
});

describe('a turn that begins in what another session had heard', () => {
  it('is told from one that begins behind it', () => {
    const audio = listening();
    take(audio, 1, 100);
    audio.voiceBegan('u', 1_700);
    take(audio, 101, 150);
    audio.hold(false);
    take(audio, 151, 200);
    audio.release();
    // 65 frames of 20 ms had been heard before.
    audio.voiceBegan('old', 1_200);
    audio.voiceBegan('new', 1_400);
    expect([audio.isRepeated('old'), audio.isRepeated('new')]).toEqual([true, false]);
  });

  it('is none where nothing was open', () => {
    const audio = listening();
    take(audio, 1, 100);
    audio.hold(false);
    audio.release();
    audio.voiceBegan('u', 0);
    expect(audio.isRepeated('u')).toBe(false);
  });
});

describe('what no session will hear', () => {
  it('is the beginning of a turn that was longer than what is kept', () => {
    const audio = listening();
    audio.voiceBegan('u', 0);
    take(audio, 1, CALLER_AUDIO_LIMITS.frames);
    expect(audio.missed).toBe(false);
    take(audio, 1, 2);
    expect(audio.missed).toBe(true);
    audio.settle('u');
    expect(audio.missed).toBe(false);
  });

  it('is what was said to a session that had been deaf for a while', () => {
    const audio = listening();
    audio.hold(true);
    expect(audio.missed).toBe(true);
    audio.release();
    expect(audio.missed).toBe(false);
  });

  it('is not a turn that the deaf session had noticed', () => {
    const audio = listening();
    take(audio, 1, 20);
    audio.voiceBegan('u', 0);
    audio.hold(true);
    expect(audio.missed).toBe(false);
  });

  it('is given up in the end: words that never come keep nothing', () => {
    const audio = listening();
    audio.voiceBegan('u', 0);
    take(audio, 1, 3 * CALLER_AUDIO_LIMITS.frames);
    expect(audio.missed).toBe(false);
    audio.hold(false);
    expect(audio.release().length).toBeLessThanOrEqual(CALLER_AUDIO_LIMITS.frames);
  });
});

const bytes = (payloads: readonly string[]) => Buffer.concat(payloads.map((each) => Buffer.from(each, 'base64')));

describe('what a session hears first', () => {
  it.each([
    ['audio/pcmu', 8],
    ['audio/pcm', 48],
  ] as const)('comes in pieces of a second, of %s', (format, bytesPerMs) => {
    const said = Buffer.from(Array.from({ length: 2_500 * bytesPerMs }, (_, n) => n % 251));
    const frames = Array.from({ length: 125 }, (_, n) => {
      return said.toString('base64', n * 20 * bytesPerMs, (n + 1) * 20 * bytesPerMs);
    });
    const pieces = inLongPieces(frames, format);
    expect(pieces.map((each) => bytes([each]).length / bytesPerMs)).toEqual([1_000, 1_000, 500]);
    expect(bytes(pieces).equals(said)).toBe(true);
  });

  it('is nothing where nothing was said', () => {
    expect(inLongPieces([], 'audio/pcmu')).toEqual([]);
  });
});
