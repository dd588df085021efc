/**
 * Messages that are nearly right, thrown at a browser's session: each is taken or refused by an error, and the caller
 * behind the next one is served. A quick slice by default; `FUZZ_INPUTS=100000` for the long run, `FUZZ_SEED` to repeat.
 */
import { describe, expect, it } from 'vitest';
import { type BrowserCall, BrowserSession } from '../../src/browser/session.ts';
import { mutated, pick } from '../http/fuzz-inputs.ts';
import { type Random, seededRandom } from '../support/seed.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

const RIGHT: readonly [string, ...string[]] = [
  '{"type":"audio","data":"AAAAAA==","seq":7}',
  '{"type":"audio","data":"AAAA"}',
  '{"type":"commit"}',
  '{"type":"interrupt"}',
  '{"type":"text","text":"What are your hours?"}',
  '{"type":"played","item_id":"item_1","ms":120}',
];

function input(chance: Random): { readonly text: string; readonly isBinary: boolean } {
  const text = pick(chance, RIGHT);
  return { text: chance() < 0.8 ? mutated(chance, text) : text, isBinary: chance() < 0.05 };
}

const bytesOf = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text)).buffer;

describe(`a browser's session under ${INPUTS} odd messages (seed ${SEED})`, () => {
  it('takes or refuses each, and throws at none', () => {
    const sent: { type: string; code?: string }[] = [];
    let taken = 0;
    const count = (): void => void taken++;
    const call: BrowserCall = {
      audio: count,
      mark: () => undefined,
      digit: () => undefined,
      closed: count,
      remember: () => undefined,
      onScreen: count,
    };
    // Slow enough to be allowed all of it.
    let nowMs = 0;
    const parts = {
      sessionId: 's',
      conversationId: 'c',
      format: 'audio/pcm',
      resumeMs: 60_000,
      memory: null,
      now: () => nowMs,
    } as const;
    const session = new BrowserSession(parts);
    const socket = { closed: false, send: (text: string) => sent.push(JSON.parse(text)), close: () => undefined };
    const connection = session.attach(socket);
    session.began(call);
    for (let n = 0; n < INPUTS; n++) {
      const { text, isBinary } = input(seededRandom(SEED + n));
      nowMs += 100;
      expect(() => connection.message(bytesOf(text), isBinary), text).not.toThrow();
    }
    const errors = sent.filter((each) => each.type === 'error');
    expect(new Set(errors.map((each) => each.code))).toEqual(new Set(['bad_message', 'bad_audio']));
    expect(errors.length).toBeGreaterThan(INPUTS / 4);
    expect(taken).toBeGreaterThan(INPUTS / 10);
    const before = taken;
    connection.message(bytesOf('{"type":"text","text":"Still there?"}'), false);
    expect(taken).toBe(before + 1);
  });
});
