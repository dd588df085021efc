import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GATHERING_LIMITS, GatheredSpeech, SpeechGathering } from '../../src/openai/gathered-speech.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** So many ms of telephone audio, each sample of this value. */
const audio = (ms: number, sample = 1): string => Buffer.alloc(ms * 8, sample).toString('base64');

function session(gathering = new SpeechGathering()) {
  const passed: (readonly [item: string, what: number | string, payload?: string])[] = [];
  const speech = new GatheredSpeech(gathering, 'audio/pcmu', {
    audio: (itemId, ms, payload) => passed.push([itemId, ms, payload]),
    words: (itemId, text) => passed.push([itemId, text]),
  });
  return { speech, passed, told: () => passed.map(([item, what]) => `${item} ${what}`) };
}

/** The service sends 200 ms of an item each 50 ms. */
function comes(speech: GatheredSpeech, pieces: number): void {
  for (let n = 0; n < pieces; n++) {
    speech.words('a', `w${n} `);
    speech.audio('a', 200, audio(200, n + 1));
    vi.advanceTimersByTime(50);
  }
}

describe('speech that comes faster than it is played', () => {
  it('goes on in few pieces, of which the first waits for nothing', () => {
    const { speech, passed, told } = session();
    comes(speech, 15);
    speech.flush();
    const pieces = passed.filter(([, what]) => typeof what === 'number');
    expect(told().slice(0, 2)).toEqual(['a w0 ', 'a 200']);
    expect(pieces.map(([, ms]) => ms)).toEqual([200, 200, 600, 600, 600, 600, 200]);
    const all = Buffer.concat(pieces.map(([, , payload]) => Buffer.from(payload ?? '', 'base64')));
    const sent = Buffer.concat(Array.from({ length: 15 }, (_, n) => Buffer.alloc(1_600, n + 1)));
    expect(all.equals(sent)).toBe(true);
  });

  it('has its words before it, all and in order', () => {
    const { speech, passed } = session();
    comes(speech, 15);
    speech.flush();
    const words = passed.flatMap(([, what]) => (typeof what === 'string' ? what : []));
    expect(words.join('')).toBe(Array.from({ length: 15 }, (_, n) => `w${n} `).join(''));
    expect(passed.slice(2, 4).map(([, what]) => what)).toEqual(['w1 ', 200]);
  });

  it('is never waited for once the caller has little left to hear', () => {
    const { speech, told } = session();
    speech.audio('a', 200, audio(200));
    vi.advanceTimersByTime(50);
    speech.audio('a', 200, audio(200));
    expect(told()).toEqual(['a 200']);
    vi.advanceTimersByTime(200 - GATHERING_LIMITS.aheadMs - 50);
    expect(told()).toEqual(['a 200', 'a 200']);
  });
});

describe('speech that comes no faster than it is played', () => {
  it('goes on as it comes', () => {
    const { speech, told } = session();
    for (let n = 0; n < 5; n++) {
      speech.words('a', `w${n}`);
      speech.audio('a', 200, audio(200));
      vi.advanceTimersByTime(200);
    }
    expect(told()).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`a w${n}`, 'a 200']));
  });
});

describe('what waits', () => {
  it('goes before another item, which does not wait', () => {
    const { speech, told } = session();
    comes(speech, 4);
    speech.audio('b', 100, audio(100));
    expect(told().slice(-3)).toEqual(['a w2 w3 ', 'a 400', 'b 100']);
  });

  it('goes before a piece that is longer than all that may wait', () => {
    const { speech, told } = session();
    comes(speech, 4);
    speech.audio('a', 800, audio(800));
    expect(told().slice(-2)).toEqual(['a 400', 'a 800']);
  });

  it('goes nowhere once the session is over, and leaves no timer', () => {
    const { speech, told } = session();
    comes(speech, 4);
    const before = told().length;
    speech.close();
    vi.advanceTimersByTime(1_000);
    expect([told().length, vi.getTimerCount()]).toEqual([before, 0]);
  });

  it('of many sessions has one timer, which ends with the last of it', () => {
    const gathering = new SpeechGathering();
    const sessions = Array.from({ length: 3 }, () => session(gathering));
    for (const { speech } of sessions) {
      speech.audio('a', 400, audio(400));
      speech.audio('a', 200, audio(200));
    }
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(400);
    expect(vi.getTimerCount()).toBe(0);
    for (const { told } of sessions) expect(told()).toEqual(['a 400', 'a 200']);
  });
});
