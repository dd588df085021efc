import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STREAM_TIME_LIMITS, StreamTime } from '../../src/twilio/stream-time.ts';

const FRAME = 20;

describe('the time of a stream', () => {
  it('is filled with silence where frames are missing, to the frame', () => {
    const time = new StreamTime();
    expect(time.frame(5, FRAME)).toBe(0);
    expect(time.frame(25, FRAME)).toBe(0);
    expect(time.frame(145, FRAME)).toBe(100);
    expect(time.frame(165, FRAME)).toBe(0);
  });

  it('has no silence for jitter, for repeated frames, and for frames that do not tell their time', () => {
    const time = new StreamTime();
    const asked = [0, 27, 40, 67, 80, 80, 60, null, null, 141].map((timestamp) => time.frame(timestamp, FRAME));
    expect(asked).toEqual(asked.map(() => 0));
  });

  it('makes up for no more than fifteen seconds', () => {
    const time = new StreamTime();
    time.frame(0, FRAME);
    expect(time.frame(3_600_000, FRAME)).toBe(15_000);
    expect(time.frame(3_600_020, FRAME)).toBe(0);
  });

  it('goes on while nothing comes, and takes that silence off the gap when frames come again', () => {
    const time = new StreamTime();
    time.frame(0, FRAME);
    expect(time.nothing(200)).toBe(200);
    expect(time.nothing(100)).toBe(100);
    expect(time.frame(420, FRAME)).toBe(100);
  });

  it('does not begin before the first frame', () => {
    expect(new StreamTime().nothing(200)).toBe(0);
  });

  it('remembers silence whose frames came late, and spends it on what is really missing', () => {
    const time = new StreamTime();
    time.frame(0, FRAME);
    time.nothing(400);
    for (let at = 20; at < 420; at += FRAME) expect(time.frame(at, FRAME)).toBe(0);
    expect(time.frame(720, FRAME)).toBe(0);
    expect(time.frame(1_040, FRAME)).toBe(200);
  });

  it('is stretched by late frames up to a limit, however often the network stalls', () => {
    const time = new StreamTime();
    let silenceMs = 0;
    for (let stall = 0, at = 0; stall < 500; stall++) {
      for (let quiet = 0; quiet < 5; quiet++) silenceMs += time.nothing(100);
      for (let late = 0; late < 25; late++, at += FRAME) silenceMs += time.frame(at, FRAME);
    }
    expect(silenceMs).toBe(STREAM_TIME_LIMITS.silenceMs);
  });

  it('never runs behind the caller by a frame, nor ahead of them by more than the limit', () => {
    const happenings = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('frames' as const), lost: fc.nat(40), come: fc.integer({ min: 1, max: 30 }) }),
        fc.record({ kind: fc.constant('nothing' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
      ),
    );
    fc.assert(
      fc.property(happenings, (each) => {
        const time = new StreamTime();
        let toldMs = time.frame(0, FRAME) + FRAME;
        let streamMs = FRAME;
        for (const happening of each) {
          if (happening.kind === 'nothing') toldMs += time.nothing(happening.ms);
          else {
            streamMs += happening.lost * FRAME;
            for (let n = 0; n < happening.come; n++, streamMs += FRAME) toldMs += time.frame(streamMs, FRAME) + FRAME;
          }
          expect(toldMs).toBeGreaterThan(streamMs - FRAME);
          expect(toldMs).toBeLessThanOrEqual(streamMs + STREAM_TIME_LIMITS.silenceMs);
        }
      }),
    );
  });
});
