import { describe, expect, it } from 'vitest';
import type { FromPhone } from '../../../actors/call/messages.ts';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';
import { PhoneActor } from '../../../actors/phone/actor.ts';

function phone(overrides: { play?: (payload: string) => void; lostMarkGraceMs?: number } = {}) {
  const done: string[] = [];
  const told: FromPhone[] = [];
  const crashes: unknown[] = [];
  const clock = new SimulatedClock(1_000);
  const actor = new PhoneActor({
    line: {
      ...overrides,
      play: overrides.play ?? ((payload) => done.push(`play ${Buffer.from(payload, 'base64').length}`)),
      mark: (name) => done.push(`mark ${name}`),
      clear: () => done.push('clear'),
      close: () => done.push('close'),
    },
    format: 'audio/pcmu',
    tellCall: (message) => told.push(message),
    clock,
    onCrash: (error) => crashes.push(error),
  });
  actor.tell({ type: 'line_opened' });
  const say = (itemId: string, bytes: number) =>
    actor.tell({ type: 'speech', itemId, ms: bytes / 8, payload: Buffer.alloc(bytes, 1).toString('base64') });
  return { actor, clock, done, told, crashes, say };
}

describe('the phone actor', () => {
  it('puts whole frames on the line, the padded last one before the item is complete', () => {
    const { actor, done, say, told } = phone();
    say('a', 100);
    say('a', 250);
    actor.tell({ type: 'speech_complete', itemId: 'a' });
    expect(done).toEqual(['play 320', 'mark m1', 'play 160', 'mark m2']);
    actor.tell({ type: 'mark', name: 'm2' });
    expect(told.at(-1)).toMatchObject({ type: 'playback_finished', sentMs: 350 / 8 });
  });

  it('never claims more of a cut item than the model made of it, padding or not', () => {
    const { actor, clock, say, told } = phone();
    say('a', 165);
    actor.tell({ type: 'speech_complete', itemId: 'a' });
    clock.advance(30);
    actor.tell({ type: 'interrupt' });
    expect(told.at(-1)).toMatchObject({ type: 'playback_cut', items: [{ itemId: 'a', heardMs: 20 }] });
  });

  it('plays nothing of a cut item’s rest', () => {
    const { actor, done, say } = phone();
    say('a', 250);
    actor.tell({ type: 'interrupt' });
    say('a', 250);
    actor.tell({ type: 'speech_complete', itemId: 'a' });
    say('b', 160);
    expect(done).toEqual(['play 160', 'mark m1', 'clear', 'play 160', 'mark m2']);
  });

  it('finishes by its own alarm where no mark comes back, and leaves none', () => {
    const { actor, clock, say, told } = phone();
    say('a', 160);
    actor.tell({ type: 'speech_complete', itemId: 'a' });
    expect(clock.pending).toBe(1);
    clock.advance(60_000);
    expect(told.at(-1)).toMatchObject({ type: 'playback_finished', itemId: 'a' });
    expect(clock.pending).toBe(0);
  });

  it('believes the clock as late as the line says that marks may come', () => {
    const { actor, clock, say, told } = phone({ lostMarkGraceMs: 65_000 });
    say('a', 160);
    actor.tell({ type: 'speech_complete', itemId: 'a' });
    clock.advance(65_000);
    expect(told.map((message) => message.type)).not.toContain('playback_finished');
    clock.advance(20);
    expect(told.at(-1)).toMatchObject({ type: 'playback_finished', itemId: 'a' });
  });

  it('crashes alone where the line breaks under it', () => {
    const { crashes, clock, say } = phone({
      play: () => {
        throw new Error('socket is gone');
      },
    });
    say('a', 160);
    say('a', 160);
    expect(crashes).toEqual([new Error('socket is gone')]);
    expect(clock.pending).toBe(0);
  });
});
