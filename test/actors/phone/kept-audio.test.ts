import { describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';
import { PhoneActor } from '../../../actors/phone/actor.ts';
import { KeptAudio } from '../../../actors/phone/kept-audio.ts';
import { NEW_PHONE } from '../../../actors/phone/state.ts';

const BYTES_PER_MS = 8;

/** Samples that tell where in the item they belong, a byte for each ms. */
function samples(fromMs: number, ms: number): string {
  return Buffer.from(Array.from({ length: ms * BYTES_PER_MS }, (_, n) => (fromMs + Math.floor(n / 8)) % 251)).toString(
    'base64',
  );
}

describe('kept audio', () => {
  it('gives back any stretch of an item, over the messages in which it came', () => {
    const kept = new KeptAudio();
    kept.add({ itemId: 'a', fromMs: 0, ms: 200, payload: samples(0, 200) });
    kept.add({ itemId: 'a', fromMs: 200, ms: 200, payload: samples(200, 200) });
    kept.add({ itemId: 'b', fromMs: 0, ms: 100, payload: samples(50, 100) });
    expect(kept.read('a', 100, 200)).toBe(samples(100, 200));
    expect(kept.read('a', 0, 400)).toBe(samples(0, 400));
    expect(kept.read('b', 20, 80)).toBe(samples(70, 80));
    expect(kept.read('c', 0, 100)).toBe('');
  });

  it('gives back the silence that fills the last frame', () => {
    const kept = new KeptAudio();
    kept.add({ itemId: 'a', fromMs: 0, ms: 15, payload: samples(0, 20) });
    expect(kept.read('a', 0, 15)).toBe(samples(0, 20));
  });

  it('lets go of what was heard', () => {
    const kept = new KeptAudio();
    for (let n = 0; n < 5; n++) kept.add({ itemId: 'a', fromMs: n * 200, ms: 200, payload: samples(0, 200) });
    const speech = { itemId: 'a', sentMs: 1_000, heardMs: 500, begun: true, confirmed: false, complete: true };
    kept.trim({ ...NEW_PHONE, speeches: [speech], paused: true });
    expect(kept.size).toBe(3);
    kept.trim(NEW_PHONE);
    expect(kept.size).toBe(0);
  });
});

describe('a phone whose playback was paused', () => {
  it('plays every sample once but for those of the frame in which it stopped', () => {
    const clock = new SimulatedClock(1_000);
    const played: Buffer[] = [];
    let buffered: { at: number; bytes: Buffer }[] = [];
    const phone = new PhoneActor({
      line: {
        play(payload) {
          const last = buffered.at(-1);
          const at = Math.max(clock.now(), last ? last.at + last.bytes.length / BYTES_PER_MS : 0);
          buffered.push({ at, bytes: Buffer.from(payload, 'base64') });
        },
        mark: () => undefined,
        clear() {
          for (const { at, bytes } of buffered) {
            played.push(bytes.subarray(0, Math.max(0, (clock.now() - at) * BYTES_PER_MS)));
          }
          buffered = [];
        },
        close: () => undefined,
      },
      format: 'audio/pcmu',
      tellCall: () => undefined,
      clock,
      onCrash: (error) => {
        throw error;
      },
    });
    phone.tell({ type: 'line_opened' });
    phone.tell({ type: 'speech', itemId: 'a', ms: 200, payload: samples(0, 200) });
    phone.tell({ type: 'speech', itemId: 'a', ms: 200, payload: samples(200, 200) });
    clock.advance(250);
    phone.tell({ type: 'pause' });
    phone.tell({ type: 'speech', itemId: 'a', ms: 100, payload: samples(400, 100) });
    clock.advance(900);
    phone.tell({ type: 'resume' });
    clock.advance(2_000);
    phone.tell({ type: 'pause' });
    const heard = Buffer.concat(played).toString('base64');
    expect(heard).toBe(
      Buffer.concat([Buffer.from(samples(0, 250), 'base64'), Buffer.from(samples(240, 260), 'base64')]).toString(
        'base64',
      ),
    );
  });
});
