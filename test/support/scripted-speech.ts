/**
 * Speech whose samples say which letter they are, so that what was really played can be read from the audio itself.
 * Letters take no whole number of frames: framing shows.
 */
const LETTER_BYTES = 500;
const SILENCE = 0xff;

/** Audio of a text in ASCII, 62.5 ms a letter. */
export function speechOf(text: string): Buffer {
  return Buffer.concat(Array.from(text, (letter) => Buffer.alloc(LETTER_BYTES, letter)));
}

/** The letters that were played to their end. */
export function textIn(audio: Buffer): string {
  let text = '';
  let from = 0;
  for (let at = 1; at <= audio.length; at++) {
    if (audio[at] === audio[from]) continue;
    const letter = audio[from] ?? SILENCE;
    if (letter !== SILENCE) text += String.fromCharCode(letter).repeat(Math.floor((at - from) / LETTER_BYTES));
    from = at;
  }
  return text;
}
