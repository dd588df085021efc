import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, isVoice, Listener, silence, speakSentence, speakWords } from './speech.ts';

const frames = (audio: Buffer): Buffer[] =>
  Array.from({ length: Math.ceil(audio.length / FRAME_SAMPLES) }, (_, i) =>
    audio.subarray(i * FRAME_SAMPLES, (i + 1) * FRAME_SAMPLES),
  );

const understood = (pieces: Buffer[]): string[] => {
  const listener = new Listener();
  return pieces.flatMap((piece) => listener.push(piece)).flatMap((heard) => (heard.damaged ? [] : [heard.text]));
};

describe('simulated speech', () => {
  const sentence = "I'd like to book a Botox appointment — für morgen";
  const spoken = frames(Buffer.concat([silence(60), speakSentence(sentence), silence(60)]));

  it('is understood when every frame arrives once and in order, in pieces of any size', () => {
    expect(understood(spoken)).toEqual([sentence]);
    const bytes = Buffer.concat(spoken);
    expect(understood(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual([sentence]);
  });

  it('is not understood when a frame is lost, repeated or swapped', () => {
    const middle = Math.floor(spoken.length / 2);
    const at = (i: number): Buffer => spoken[i] ?? Buffer.alloc(0);
    expect(understood(spoken.filter((_, i) => i !== middle))).toEqual([]);
    expect(understood(spoken.flatMap((frame, i) => (i === middle ? [frame, frame] : [frame])))).toEqual([]);
    const swapped = [...spoken];
    [swapped[middle], swapped[middle + 1]] = [at(middle + 1), at(middle)];
    expect(understood(swapped)).toEqual([]);
  });

  it('is heard again after a damaged sentence', () => {
    const broken = spoken.filter((_, i) => i !== 5);
    expect(understood([...broken, silence(2000), ...frames(speakSentence('hello again'))])).toContain('hello again');
  });

  it('word by word, is heard up to the cut', () => {
    const audio = speakWords('one two three four');
    expect(understood([audio.subarray(0, Math.floor(audio.length * 0.6))])).toEqual(['one', 'two']);
  });

  it('is told from silence', () => {
    expect(spoken.map(isVoice).filter(Boolean).length).toBe(spoken.length - 6);
    expect(isVoice(silence(20))).toBe(false);
  });
});
