import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framed, Framer } from '../../../actors/phone/framing.ts';
import { SEED } from '../../support/seed.ts';

const FRAME_BYTES = 160;
const BYTES_PER_MS = 8;

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const pushed = (framer: Framer, itemId: string, bytes: Uint8Array) =>
  framer.push(itemId, base64(bytes), bytes.length / BYTES_PER_MS);
const bytesOf = (framed: readonly (Framed | null)[]) =>
  Buffer.concat(framed.map((each) => Buffer.from(each?.payload ?? '', 'base64')));

describe('framing', () => {
  it('passes whole frames on as they came', () => {
    const framer = new Framer();
    const payload = base64(Buffer.alloc(FRAME_BYTES * 3, 7));
    expect(framer.push('a', payload, 60)).toEqual({ ms: 60, payload });
    expect(framer.end('a')).toBeNull();
  });

  it('keeps what makes no whole frame until the rest comes', () => {
    const framer = new Framer();
    expect(pushed(framer, 'a', Buffer.alloc(100, 1))).toBeNull();
    const framed = pushed(framer, 'a', Buffer.alloc(100, 2));
    expect(framed?.ms).toBe(20);
    expect(bytesOf([framed])).toEqual(Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(60, 2)]));
  });

  it('fills the last frame with silence, and counts only what the model said', () => {
    const framer = new Framer();
    pushed(framer, 'a', Buffer.alloc(200, 1));
    const last = framer.end('a');
    expect(last?.ms).toBe(5);
    expect(bytesOf([last])).toEqual(Buffer.concat([Buffer.alloc(40, 1), Buffer.alloc(120, 0xff)]));
    expect(framer.end('a')).toBeNull();
  });

  it('does not mix the rest of one item into the next', () => {
    const framer = new Framer();
    pushed(framer, 'a', Buffer.alloc(50, 1));
    expect(bytesOf([pushed(framer, 'b', Buffer.alloc(FRAME_BYTES, 2))])).toEqual(Buffer.alloc(FRAME_BYTES, 2));
    expect(framer.end('a')).toBeNull();
  });

  it('reads base64 with each of its paddings', () => {
    for (const length of [159, 158, 157]) {
      const framer = new Framer();
      const bytes = Buffer.alloc(length, 9);
      expect(pushed(framer, 'a', bytes)).toBeNull();
      expect(bytesOf([framer.end('a')]).subarray(0, length)).toEqual(bytes);
    }
  });

  it('loses, repeats and moves no byte, whatever lengths the pieces have', () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 700 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pieces, (given) => {
        const framer = new Framer();
        const framed = [...given.map((bytes) => pushed(framer, 'a', bytes)), framer.end('a')];
        const said = Buffer.concat(given);
        const heard = bytesOf(framed);
        expect(framed.every((each) => bytesOf([each]).length % FRAME_BYTES === 0)).toBe(true);
        expect(heard.subarray(0, said.length).equals(said)).toBe(true);
        expect(heard.subarray(said.length).every((byte) => byte === 0xff)).toBe(true);
        expect(heard.length - said.length).toBeLessThan(FRAME_BYTES);
        expect(framed.reduce((ms, each) => ms + (each?.ms ?? 0), 0)).toBe(said.length / BYTES_PER_MS);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
