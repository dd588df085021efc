import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEGMENTS_A_TEXT, splitText, TEXTS_AT_MOST, textLength } from '../../src/domain/text-length.ts';

describe('a text message is billed by segments', () => {
  it.each([
    ['', 'gsm7', 0],
    ['a'.repeat(160), 'gsm7', 1],
    ['a'.repeat(161), 'gsm7', 2],
    ['a'.repeat(306), 'gsm7', 2],
    ['a'.repeat(307), 'gsm7', 3],
    // Braces and the euro sign take two places each.
    ['€'.repeat(80), 'gsm7', 1],
    ['€'.repeat(81), 'gsm7', 2],
    ['¿Qué tal, señor Müller?', 'gsm7', 1],
    // No `í` in the network's alphabet, odd as that is.
    [`Aquí ${'a'.repeat(65)}`, 'ucs2', 1],
    [`Aquí ${'a'.repeat(66)}`, 'ucs2', 2],
    ['🙂'.repeat(35), 'ucs2', 1],
    ['🙂'.repeat(36), 'ucs2', 2],
    // 67 units hold 33 of them: none is parted.
    ['🙂'.repeat(67), 'ucs2', 3],
  ] as const)('%j is %s in %i', (text, alphabet, segments) => {
    expect(textLength(text)).toEqual({ alphabet, segments });
  });

  it('parts no character: one of two places goes to the next segment whole', () => {
    expect(textLength(`${'a'.repeat(152)}€${'a'.repeat(152)}`).segments).toBe(3);
  });
});

describe('a reply', () => {
  const sentence = 'We have 11 AM with Priya Sharma on Tuesday.';

  it('is one message where it fits, with plain marks for typographic ones', () => {
    expect(splitText(' You’re booked — “Botox” at 2 PM… ')).toEqual(['You\'re booked - "Botox" at 2 PM...']);
  });

  it('is no message where there is nothing to say', () => {
    expect(splitText(' \n ')).toEqual([]);
  });

  it('is cut after a sentence, all of it sent', () => {
    const long = Array.from({ length: 25 }, () => sentence).join(' ');
    const parts = splitText(long);
    expect(parts.length).toBe(2);
    expect(parts.join(' ')).toBe(long);
    for (const part of parts) expect(part.endsWith('Tuesday.')).toBe(true);
  });

  it('is cut sooner where its alphabet is not the network’s', () => {
    const parts = splitText(Array.from({ length: 8 }, () => 'Aquí tiene las horas libres del martes.').join(' '));
    expect(parts.length).toBe(2);
    for (const part of parts) expect(part.endsWith('martes.')).toBe(true);
  });

  it('ends with an ellipsis where it is longer than anybody reads', () => {
    const parts = splitText(Array.from({ length: 100 }, () => sentence).join(' '));
    expect(parts).toHaveLength(TEXTS_AT_MOST);
    expect(parts.at(-1)).toMatch(/\.\.\.$/);
  });

  it('holds its limits, and its words, whatever it is', () => {
    const character = oneof(
      constantFrom(...Array.from('abc xyz. \n,€í🙂')),
      string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }),
    );
    assert(
      property(array(character, { maxLength: 2_500 }), (characters) => {
        const text = characters.join('');
        const parts = splitText(text);
        expect(parts.length).toBeLessThanOrEqual(TEXTS_AT_MOST);
        for (const part of parts) {
          expect(part).not.toBe('');
          expect(textLength(part).segments).toBeLessThanOrEqual(SEGMENTS_A_TEXT);
          expect(/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(part), 'half a character').toBe(false);
        }
        const [sent, all] = [spaceless(parts.join('')), spaceless(text)];
        expect(sent === all || (parts.length === TEXTS_AT_MOST && sent.endsWith('...'))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

const spaceless = (text: string): string => text.replaceAll(/\s/gu, '');
