import { describe, expect, it } from 'vitest';
import { Listener, speakSentence } from '../speech.ts';
import { audioMs, audioReader, writeAudio } from './audio.ts';

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
const PCMU = { type: 'audio/pcmu' } as const;

describe('the audio formats', () => {
  it('carry every µ-law byte to PCM and back, but for the two zeros', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const back = audioReader(PCM).read(writeAudio(PCM, all));
    expect([...back]).toEqual([...all].map((byte) => (byte === 0x7f ? 0xff : byte)));
  });

  it('carry a sentence through PCM in pieces that end within a sample', () => {
    const pcm = writeAudio(PCM, speakSentence('can you hear me', 4));
    const reader = audioReader(PCM);
    const listener = new Listener();
    const words: string[] = [];
    for (let from = 0; from < pcm.length; from += 997) {
      words.push(...listener.push(reader.read(pcm.subarray(from, from + 997))).map((heard) => heard.text));
    }
    expect(words).toEqual(['can you hear me']);
  });

  it('know how long they last', () => {
    expect(audioMs(PCM, 4_800)).toBe(100);
    expect(audioMs(PCMU, 800)).toBe(100);
  });
});
