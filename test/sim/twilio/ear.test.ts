import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, silence, speakWords } from '../speech.ts';
import { Ear, type HeardUtterance, type HeardWord, type MediaGap } from './ear.ts';

function listening() {
  const heard = { words: [] as HeardWord[], utterances: [] as HeardUtterance[], gaps: [] as MediaGap[] };
  const ear = new Ear({
    onWord: (word) => heard.words.push(word),
    onUtterance: (utterance) => heard.utterances.push(utterance),
    onGap: (gap) => heard.gaps.push(gap),
  });
  let nowMs = 0;
  const tick = (frame: Buffer | undefined): void => {
    ear.hear(frame, nowMs);
    nowMs += 20;
  };
  const hear = (audio: Buffer): void => {
    for (let at = 0; at < audio.length; at += FRAME_SAMPLES) tick(audio.subarray(at, at + FRAME_SAMPLES));
  };
  const idle = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 20) tick(undefined);
  };
  return { ...heard, ear, hear, idle, now: () => nowMs };
}

describe('an ear', () => {
  it('knows each word and when it was heard', () => {
    const { words, hear, idle } = listening();
    idle(100);
    hear(speakWords('one two'));
    expect(words).toEqual([
      { word: 'one', fromMs: 100, toMs: 380, playedFully: true },
      { word: 'two', fromMs: 380, toMs: 660, playedFully: true },
    ]);
  });

  it('hears an utterance end after 400 ms of silence, played or not', () => {
    const { utterances, hear, idle } = listening();
    hear(speakWords('one'));
    hear(silence(380));
    expect(utterances).toEqual([]);
    hear(silence(20));
    expect(utterances).toEqual([{ text: 'one', fromMs: 0, toMs: 280, cut: false }]);
    hear(speakWords('two'));
    idle(400);
    expect(utterances.map(({ text }) => text)).toEqual(['one', 'two']);
  });

  it('forgives a stutter inside a word, and notes it', () => {
    const { words, gaps, hear, idle } = listening();
    hear(speakWords('one'));
    const word = speakWords('two');
    hear(word.subarray(0, 800));
    idle(60);
    hear(word.subarray(800));
    expect(words.map(({ word: text }) => text)).toEqual(['one', 'two']);
    expect(gaps).toEqual([{ atMs: 380, gapMs: 60 }]);
  });

  it('loses a word that is torn apart', () => {
    const { words, hear, idle } = listening();
    const word = speakWords('interrupted');
    hear(word.subarray(0, 800));
    idle(200);
    hear(word.subarray(800));
    hear(speakWords('next'));
    expect(words.map(({ word: text, playedFully }) => [text, playedFully])).toEqual([
      ['', false],
      ['next', true],
    ]);
  });

  it('loses the word under way when the audio is cut, and ends the utterance there', () => {
    const { words, utterances, ear, hear, now } = listening();
    hear(speakWords('one two').subarray(0, 3200));
    ear.cut(now());
    expect(words.map(({ word, playedFully }) => [word, playedFully])).toEqual([
      ['one', true],
      ['', false],
    ]);
    expect(utterances).toMatchObject([{ text: 'one', cut: true }]);
  });
});
