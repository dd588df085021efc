/** Which of its audio a browser may forget: none that a node which dies now would take with it. */
import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../../actors/call/messages.ts';
import { Unsettled } from '../../src/browser/unsettled.ts';

/** A message is as long as that, ms. */
const MS = 100;

function unsettled() {
  let now = 0;
  let seq = 0;
  const audio = new Unsettled(() => now);
  audio.heard({ type: 'model_ready', first: true });
  const take = (count: number, isLoud: boolean): void => {
    for (let n = 0; n < count; n++) {
      now += MS;
      audio.take(++seq, MS, isLoud);
    }
  };
  return {
    audio,
    later: (ms: number): void => {
      now += ms;
    },
    voice: (count = 1) => take(count, true),
    quiet: (count = 1) => take(count, false),
    heard: (...messages: CallMessage[]) => messages.forEach((message) => audio.heard(message)),
    /** The newest of the messages that may be forgotten from now on. */
    settled: () => audio.settled().at(-1),
  };
}

const began: CallMessage = { type: 'caller_speech_started' };
const turn = (itemId: string): CallMessage => ({ type: 'caller_turn_committed', itemId });
const words = (itemId: string): CallMessage => ({ type: 'caller_words', itemId, text: 'Hello.' });

describe('what a caller said', () => {
  it('is settled at once where it was nothing', () => {
    const { quiet, audio } = unsettled();
    quiet(3);
    expect([audio.settled(), audio.settled()]).toEqual([[1, 2, 3], []]);
  });

  it('is held from where it began to be loud until it is in words', () => {
    const { quiet, voice, heard, settled } = unsettled();
    quiet(2);
    voice(5);
    heard(began);
    expect(settled()).toBe(2);
    voice(20);
    quiet(5);
    heard(turn('a'));
    expect(settled()).toBeUndefined();
    heard(words('a'));
    expect(settled()).toBe(32);
  });

  it('is settled where nobody took it for a voice in time, but for what may still be one', () => {
    const { voice, quiet, settled } = unsettled();
    voice(30);
    expect(settled()).toBe(15);
    quiet(20);
    expect(settled()).toBe(50);
  });

  it('is held for as long as no session has heard it, however long that takes', () => {
    const { audio, voice, heard, later, settled } = unsettled();
    audio.heard({ type: 'model_lost', kind: 'closed', retrying: true });
    voice(40);
    expect(settled()).toBeUndefined();
    heard({ type: 'model_ready', first: false });
    voice(1);
    expect(settled()).toBeUndefined();
    later(1_500);
    voice(1);
    expect(settled()).toBe(27);
  });

  it('is held from the first of several turns without words', () => {
    const { voice, quiet, heard, settled } = unsettled();
    voice(5);
    quiet(5);
    heard(began, turn('a'));
    voice(5);
    quiet(5);
    heard(began, turn('b'), words('b'));
    expect(settled()).toBeUndefined();
    heard(words('a'));
    expect(settled()).toBe(20);
  });

  it('in turns that were ended by hand in one burst is held turn by turn', () => {
    const { audio, voice, heard, settled } = unsettled();
    voice(5);
    audio.commit();
    voice(5);
    audio.commit();
    heard(turn('a'), words('a'));
    expect(settled()).toBe(5);
    heard(turn('b'), { type: 'caller_words_failed', itemId: 'b' });
    expect(settled()).toBe(10);
  });

  it('is held though its session is lost, until another one has it in words under another name', () => {
    const { voice, quiet, heard, settled } = unsettled();
    quiet(1);
    voice(5);
    quiet(5);
    heard(began, turn('a'), { type: 'model_lost', kind: 'closed', retrying: true });
    quiet(5);
    expect(settled()).toBe(1);
    heard({ type: 'model_ready', first: false }, began, turn('b'), words('b'));
    expect(settled()).toBe(16);
  });

  it('of which the service could make no turn is held no longer', () => {
    const { audio, voice, heard, settled } = unsettled();
    voice(2);
    audio.commit();
    expect(settled()).toBeUndefined();
    heard({ type: 'commit_refused' });
    expect(settled()).toBe(2);
  });

  it('softly is held from where it can have begun', () => {
    const { quiet, heard, settled } = unsettled();
    quiet(1);
    expect(settled()).toBe(1);
    heard(began);
    quiet(5);
    expect(settled()).toBeUndefined();
    heard(turn('a'), words('a'));
    expect(settled()).toBe(6);
  });
});
