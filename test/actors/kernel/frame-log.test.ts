import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameLog } from '../../../actors/kernel/frame-log.ts';

/** Some frames fill blocks to the brim, and some do not fit into one. */
const payload = fc.integer({ min: 0, max: 4 }).chain((kind) => {
  const [min = 1, max = 1] =
    [
      [0, 3],
      [214, 216],
      [8_100, 8_200],
      [20_000, 20_001],
      [1, 300],
    ][kind] ?? [];
  return fc.integer({ min, max }).map((length) => ''.padEnd(length, 'AbC/9+'));
});
const move = fc.oneof(
  { weight: 5, arbitrary: payload.map((text) => ({ kind: 'push' as const, text })) },
  { weight: 1, arbitrary: fc.nat(12).map((count) => ({ kind: 'drop' as const, count })) },
);

describe('a log of frames', () => {
  it('keeps what an array would, whatever other calls keep beside it', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 80 }), fc.nat(40), (moves, from) => {
        const [log, other] = [new FrameLog(), new FrameLog()];
        let expected: string[] = [];
        for (const each of moves) {
          if (each.kind === 'push') {
            expected.push(each.text);
            log.push(each.text);
            other.push('other');
          } else {
            expected = expected.slice(each.count);
            log.dropBefore(log.first + each.count);
          }
        }
        expect(log.from(0)).toEqual(expected);
        expect(log.end - log.first).toBe(expected.length);
        expect(log.from(log.first + from)).toEqual(expected.slice(from));
        log.close();
        expect(log.from(0)).toEqual([]);
        other.close();
      }),
      { numRuns: 200 },
    );
  });

  it('drops nothing that was not there', () => {
    const log = new FrameLog();
    log.push('A');
    log.dropBefore(9);
    log.push('B');
    expect([log.first, log.from(0)]).toEqual([1, ['B']]);
  });
});
