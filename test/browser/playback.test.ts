/** What a browser has played: by its own word, or by the clock for one that says nothing. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Playback } from '../../src/browser/playback.ts';

let back: string[];
let playback: Playback;
beforeEach(() => {
  vi.useFakeTimers();
  back = [];
  playback = new Playback(
    () => Date.now(),
    (name) => back.push(name),
  );
});
afterEach(() => vi.useRealTimers());

function send(itemId: string, fromMs: number, ms: number, mark: string): void {
  playback.sent(itemId, fromMs, ms);
  playback.marked(mark);
}

describe('a client that says nothing', () => {
  it('has played a piece when its time is over, and not before', () => {
    send('a', 0, 400, '1');
    send('a', 400, 400, '2');
    vi.advanceTimersByTime(399);
    expect(back).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(back).toEqual(['1']);
    vi.advanceTimersByTime(400);
    expect(back).toEqual(['1', '2']);
  });

  it('plays what comes after a pause from when it came', () => {
    send('a', 0, 100, '1');
    vi.advanceTimersByTime(5_000);
    send('b', 0, 100, '2');
    vi.advanceTimersByTime(99);
    expect(back).toEqual(['1']);
    vi.advanceTimersByTime(1);
    expect(back).toEqual(['1', '2']);
  });
});

describe('a client that says what it played', () => {
  it('is believed, and the clock no more', () => {
    send('a', 0, 400, '1');
    send('a', 400, 400, '2');
    playback.played('a', 400);
    vi.advanceTimersByTime(60_000);
    expect(back).toEqual(['1']);
    playback.played('a', 800);
    expect(back).toEqual(['1', '2']);
  });

  it('has played all that was sent before what it names, less than a frame short being all', () => {
    send('a', 0, 400, '1');
    send('b', 0, 400, '2');
    playback.played('b', 385);
    expect(back).toEqual(['1', '2']);
  });

  it('proves nothing by an item that it was never sent', () => {
    send('a', 0, 400, '1');
    expect([playback.played('elsewhere', 9_999), playback.told]).toEqual([false, null]);
    vi.advanceTimersByTime(400);
    expect(back).toEqual(['1']);
  });

  it('proves nothing by more than it was sent, and may still tell of what was cleared', () => {
    send('a', 0, 400, '1');
    expect([playback.played('a', 421), playback.told]).toEqual([false, null]);
    playback.clear();
    expect([playback.played('a', 420), playback.told]).toEqual([true, { itemId: 'a', ms: 420 }]);
    expect(back).toEqual([]);
  });
});

it('believes a client that tells of what another node sent it', () => {
  const sent = [{ itemId: 'a', sentMs: 400, complete: false }];
  const later = new Playback(
    () => Date.now(),
    (name) => back.push(name),
    { played: { itemId: 'a', ms: 100 }, sent },
  );
  expect([later.told, later.played('a', 900), later.told]).toEqual([
    { itemId: 'a', ms: 100 },
    true,
    { itemId: 'a', ms: 900 },
  ]);
});

it('gives back no mark of what was cleared', () => {
  send('a', 0, 400, '1');
  playback.clear();
  vi.advanceTimersByTime(60_000);
  expect(back).toEqual([]);
});

it('gives back a mark at once where nothing is to be played', () => {
  playback.marked('1');
  expect(back).toEqual(['1']);
});
