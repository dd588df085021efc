/** What is timed of the audio that passes a node, by a clock of the test. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FRAMES_A_SAMPLE, RelayWatch } from '../../src/openai/relay-watch.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const [ONE, OTHER] = [{ name: 'one session' }, { name: 'another' }];

/** A watch with what it told; `read` reads frames of a session. */
function watch() {
  const told: [string, number][] = [];
  const relay = new RelayWatch((direction, ms) => void told.push([direction, ms]));
  const read = (session: object, frames = 1): void => {
    for (let n = 0; n < frames; n++) relay.frameRead(session);
  };
  return { told, relay, read };
}

it('one frame in so many is timed until its own session has it, and no other in between', () => {
  const { told, relay, read } = watch();
  read(ONE, FRAMES_A_SAMPLE - 1);
  relay.frameSent(ONE);
  expect(told).toEqual([]);
  read(ONE);
  vi.advanceTimersByTime(15);
  relay.frameSent(OTHER);
  relay.frameSent(ONE);
  relay.frameSent(ONE);
  expect(told).toEqual([['to_model', 15]]);
});

it('a frame that never went is forgotten with the next that is timed', () => {
  const { told, relay, read } = watch();
  read(ONE, FRAMES_A_SAMPLE);
  vi.advanceTimersByTime(60_000);
  read(OTHER, FRAMES_A_SAMPLE);
  vi.advanceTimersByTime(2);
  relay.frameSent(ONE);
  relay.frameSent(OTHER);
  expect(told).toEqual([['to_model', 2]]);
});

it('a frame that is dropped is not timed by the one that follows it', () => {
  const { told, relay, read } = watch();
  read(ONE, FRAMES_A_SAMPLE);
  relay.frameLost(OTHER);
  relay.frameLost(ONE);
  vi.advanceTimersByTime(60_000);
  relay.frameSent(ONE);
  expect(told).toEqual([]);
});

it('the beginning of a sentence is timed until it leaves, as the tick ends', async () => {
  const { told, relay } = watch();
  const readAt = performance.now();
  vi.advanceTimersByTime(3);
  void Promise.resolve().then(() => vi.advanceTimersByTime(4));
  relay.sentencePassed(readAt);
  expect(told).toEqual([]);
  await Promise.resolve();
  expect(told).toEqual([['to_caller', 7]]);
});
