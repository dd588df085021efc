import { describe, expect, it } from 'vitest';
import { noise, silence } from '../speech.ts';
import { VoiceActivity, type VoiceEvent } from './voice-activity.ts';

const HALF_SECOND = (): number => 4_000;

function heard(audio: Buffer, pieceBytes: number): VoiceEvent[] {
  const voice = new VoiceActivity();
  const events: VoiceEvent[] = [];
  for (let from = 0; from < audio.length; from += pieceBytes) {
    events.push(...voice.hear(audio.subarray(from, from + pieceBytes), HALF_SECOND));
  }
  return events;
}

describe('voice activity', () => {
  const turn = Buffer.concat([silence(200), noise(400), silence(600)]);

  it('places the start and the end of a voice on the audio clock, in pieces of any size', () => {
    for (const pieceBytes of [1, 160, 333, 100_000]) {
      expect(heard(turn, pieceBytes)).toEqual([
        { kind: 'started', atSample: 1_600 },
        { kind: 'stopped', atSample: (200 + 400 + 500) * 8 },
      ]);
    }
  });

  it('takes a click of 60 ms for no speech', () => {
    expect(heard(Buffer.concat([silence(100), noise(60), silence(1_000)]), 160)).toEqual([]);
  });

  it('waits through a pause that is shorter than the silence that ends a turn', () => {
    const paused = Buffer.concat([noise(300), silence(400), noise(300), silence(600)]);
    expect(heard(paused, 160).map((event) => event.kind)).toEqual(['started', 'stopped']);
  });
});
