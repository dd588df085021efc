/** A caller's audio and the turns they end by hand, each once, over whatever connections and nodes. */
import { describe, expect, it } from 'vitest';
import { CallerStream } from '../../src/browser/caller-stream.ts';

/** 200 ms of a voice in 24 kHz: ten frames. */
const VOICE = Buffer.alloc(9_600, 0x11).toString('base64');
const SILENCE = Buffer.alloc(9_600).toString('base64');

const stream = (kept: ConstructorParameters<typeof CallerStream>[2] = null): CallerStream =>
  new CallerStream('audio/pcm', () => 0, kept);
const turn = (itemId: string) => ({ type: 'caller_turn_committed', itemId }) as const;
const words = (itemId: string) => ({ type: 'caller_words', itemId, text: 'Hello.' }) as const;

describe('audio that comes again', () => {
  it('is heard once, and acknowledged again where it was safe', () => {
    const caller = stream();
    caller.audio(SILENCE, 1);
    caller.audio(VOICE, 2);
    expect(caller.acknowledge()).toEqual([1]);
    expect(caller.reconnected()).toBe(1);
    expect([caller.audio(SILENCE, 1)?.frames, caller.audio(VOICE, 2)?.frames]).toEqual([[], []]);
    expect(caller.acknowledge()).toEqual([1]);
    expect(caller.audio(VOICE, 3)?.frames).toHaveLength(10);
  });

  it('to another node is heard from what is not settled', () => {
    const caller = stream();
    caller.audio(VOICE, 1);
    caller.audio(SILENCE, 2);
    caller.audio(SILENCE, 3);
    caller.heard(turn('a'));
    caller.audio(VOICE, 4);
    caller.heard(words('a'));
    caller.acknowledge();
    const other = stream(caller.memory);
    expect(other.reconnected()).toBe(3);
    expect([other.audio(SILENCE, 3)?.frames.length, other.audio(VOICE, 4)?.frames.length]).toEqual([0, 10]);
  });

  it('is not to be expected from a browser that does not number it', () => {
    const caller = stream();
    caller.audio(VOICE, undefined);
    expect([caller.isNumbered, caller.memory.settled, stream(caller.memory).isNumbered]).toEqual([false, null, false]);
    caller.audio(VOICE, 1);
    expect([caller.isNumbered, caller.memory.settled, stream(caller.memory).isNumbered]).toEqual([true, -1, true]);
  });
});

describe('a turn that was ended by hand', () => {
  it('is not ended again by a browser that repeats itself, but is by one that has nothing to say', () => {
    const caller = stream();
    caller.audio(VOICE, 1);
    expect(caller.commit().commit).toBe('turn');
    expect(caller.commit().commit).toBe('nothing');
    caller.reconnected();
    caller.audio(VOICE, 1);
    expect(caller.commit().commit).toBeNull();
    caller.audio(VOICE, 2);
    expect(caller.commit().commit).toBe('turn');
  });

  it.each([
    ['once, for a browser that says so again', (other: CallerStream) => other.commit().commit],
    ['for one that does not', (other: CallerStream) => other.audio(SILENCE, 2)?.commit],
  ] as const)('ends on another node %s', (_, goesOn) => {
    const caller = stream();
    caller.audio(VOICE, 1);
    caller.commit();
    caller.audio(SILENCE, 2);
    const other = stream(caller.memory);
    other.reconnected();
    expect([other.audio(VOICE, 1)?.commit, goesOn(other)]).toEqual(['turn', null]);
    other.audio(SILENCE, 3);
    expect(other.commit().commit).toBe('nothing');
  });

  it('is over on another node once it is in words', () => {
    const caller = stream();
    caller.audio(VOICE, 1);
    caller.commit();
    caller.heard(turn('a'));
    caller.heard(words('a'));
    caller.acknowledge();
    expect(caller.memory).toEqual({ settled: 1, commits: [] });
  });
});
