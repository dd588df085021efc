/** What a browser may say over one socket. */
import { describe, expect, it } from 'vitest';
import { CONNECTION_LIMITS, Connection } from '../../src/browser/connection.ts';
import type { ClientMessage } from '../../src/browser/wire.ts';

const RESUME_MS = 120_000;

function connect(format: 'audio/pcm' | 'audio/pcmu' = 'audio/pcm') {
  let now = 0;
  const taken: ClientMessage[] = [];
  const sent: { type: string; code?: string; message?: string }[] = [];
  const closes: number[] = [];
  const socket = {
    closed: false,
    send: (text: string) => sent.push(JSON.parse(text)),
    close: (code: number) => void closes.push(code),
  };
  const connection = new Connection({
    socket,
    format,
    resumeMs: RESUME_MS,
    take: (message) => void taken.push(message),
    now: () => now,
  });
  const write = (text: string, isBinary = false): void =>
    connection.message(new Uint8Array(Buffer.from(text)).buffer, isBinary);
  return {
    taken,
    sent,
    closes,
    write,
    audio: (ms: number, times: number): void => {
      const text = JSON.stringify({ type: 'audio', data: Buffer.alloc(ms * 48).toString('base64') });
      for (let n = 0; n < times; n++) write(text);
    },
    later: (ms: number): void => {
      now += ms;
    },
  };
}

describe('a browser’s socket', () => {
  it.each([
    ['no JSON', 'no json'],
    ['JSON that breaks off', '{"type":"audio","data":"AAAA'],
    ['no object', '[]'],
    ['nothing', 'null'],
    ['no type', '{}'],
    ['a type that there is not', '{"type":"dance"}'],
    ['a type that is no text', '{"type":7}'],
    ['audio that is no text', '{"type":"audio","data":[1,2]}'],
    ['a number that is text', '{"type":"audio","data":"AAAA","seq":"1"}'],
    ['a number below nought', '{"type":"audio","data":"AAAA","seq":-1}'],
    ['a number that is not whole', '{"type":"audio","data":"AAAA","seq":1.5}'],
    ['a number beyond what can be counted', '{"type":"audio","data":"AAAA","seq":1e300}'],
    ['text that says nothing', '{"type":"text","text":"  "}'],
    ['text without an end', JSON.stringify({ type: 'text', text: 'x'.repeat(2_001) })],
    ['a time below nought', '{"type":"played","item_id":"a","ms":-5}'],
    ['a time that is none', '{"type":"played","item_id":"a","ms":null}'],
    ['an item that is none', '{"type":"played","item_id":1,"ms":5}'],
  ])('answers %s with an error, and takes what comes next', (_, text) => {
    const { write, sent, taken, closes } = connect();
    write(text);
    expect(sent).toEqual([{ type: 'error', code: 'bad_message', message: expect.stringMatching(/./) }]);
    write('{"type":"commit"}');
    expect([taken, closes]).toEqual([[{ type: 'commit' }], []]);
  });

  it('answers bytes and a megabyte of text likewise', () => {
    const { write, sent, taken, closes } = connect();
    write('{"type":"commit"}', true);
    write(JSON.stringify({ type: 'text', text: 'x'.repeat(1024 * 1024) }));
    write('{"type":"commit"}');
    expect(sent.map((each) => each.code)).toEqual(['bad_message', 'message_too_large']);
    expect([taken, closes]).toEqual([[{ type: 'commit' }], []]);
  });

  it.each([5, 20, 100, 2_000])('takes all at once what a caller said while away, in pieces of %i ms', (ms) => {
    const { audio, taken, sent } = connect();
    audio(ms, RESUME_MS / ms + 1);
    expect([taken.length, sent]).toEqual([RESUME_MS / ms + 1, []]);
  });

  it('takes audio twice as fast as it is said for ever', () => {
    const { audio, taken, later } = connect();
    audio(1_000, 135);
    for (let n = 0; n < 100; n++) {
      later(500);
      audio(1_000, 1);
    }
    expect(taken).toHaveLength(235);
  });

  it.each([
    ['audio', (peer: ReturnType<typeof connect>) => peer.audio(1, 40_000), 135_000 / CONNECTION_LIMITS.leastAudioMs],
    [
      'anything else',
      (peer: ReturnType<typeof connect>) => {
        for (let n = 0; n < 1_000; n++) peer.write('{"type":"commit"}');
      },
      CONNECTION_LIMITS.controlBurst,
    ],
  ] as const)('is told of a flood of %s once, and closed; nothing behind it is taken', (_, flood, most) => {
    const peer = connect();
    flood(peer);
    peer.later(60_000);
    peer.audio(20, 1);
    expect(peer.sent).toMatchObject([{ type: 'error', code: 'too_many_messages' }]);
    expect([peer.taken.length, peer.closes]).toEqual([most, [1008]]);
  });

  it('is closed over a flood of nonsense too', () => {
    const peer = connect();
    for (let n = 0; n < 1_000; n++) peer.write('nonsense');
    expect(peer.sent.at(-1)).toMatchObject({ code: 'too_many_messages' });
    expect([peer.sent.length, peer.closes]).toEqual([CONNECTION_LIMITS.controlBurst + 1, [1008]]);
  });
});
