import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAudioPayload } from '../../src/domain/audio-format.ts';
import { phoneNumber } from '../../src/twilio/caller-number.ts';
import { MediaFrameReader } from '../../src/twilio/media-frame.ts';
import { type LineSocket, phoneLine } from '../../src/twilio/phone-line.ts';
import { parseStreamMessage, streamEncoder } from '../../src/twilio/wire.ts';
import { frame, mediaMessage, STREAM_SID } from '../http/edge.ts';

const payloads = fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('base64'));

describe('the media frame reader', () => {
  it('reads the frames of a whole call by their place', () => {
    const reader = new MediaFrameReader(STREAM_SID);
    const misread = Array.from({ length: 12_000 }, (_, n) => n).filter(
      (n) => reader.read(Buffer.from(mediaMessage(n, frame(n)))) !== frame(n),
    );
    expect(misread).toEqual([]);
  });

  it('agrees with a parser on every message that it reads, whatever the order of its keys', () => {
    const message = fc.record({
      payload: payloads,
      order: fc.shuffledSubarray(['event', 'media', 'streamSid', 'sequenceNumber'], { minLength: 4 }),
      first: fc.boolean(),
      n: fc.nat(1_000_000),
    });
    const reader = new MediaFrameReader(STREAM_SID);
    fc.assert(
      fc.property(message, ({ payload, order, first, n }) => {
        const media = first
          ? { payload, timestamp: String(n), track: 'inbound' }
          : { track: 'inbound', timestamp: String(n), payload };
        const parts: Record<string, unknown> = {
          event: 'media',
          media,
          streamSid: STREAM_SID,
          sequenceNumber: String(n),
        };
        const text = JSON.stringify(Object.fromEntries(order.map((key) => [key, parts[key]])));
        expect(reader.read(Buffer.from(text))).toBe(payload);
        expect(reader.timestampMs).toBe(n);
      }),
      { numRuns: 500 },
    );
  });

  it('tells no time where a frame has none that is a number', () => {
    const reader = new MediaFrameReader(STREAM_SID);
    const timed = mediaMessage(3, frame(3));
    const told = [
      timed,
      timed.replace('"60"', '"6e1"'),
      timed.replace('"60"', '""'),
      timed.replace('"60"', '60'),
      timed,
    ].map((text) => [reader.read(Buffer.from(text)), reader.timestampMs]);
    expect(told).toEqual([60, null, null, null, 60].map((time) => [frame(3), time]));
    expect(reader.read(Buffer.from(timed.replace('"timestamp":"60",', '')))).toBe(frame(3));
    expect(reader.timestampMs).toBeNull();
  });

  it('reads nothing that a parser would not call audio of this stream', () => {
    const pieces = fc.constantFrom(
      '"event":"media"',
      '"payload":"AAAA"',
      `"streamSid":"${STREAM_SID}"`,
      '{',
      '}',
      ',',
      '"',
      '\\',
      'AAAA',
      '"media":',
      ':',
    );
    const reader = new MediaFrameReader(STREAM_SID);
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const payload = reader.read(Buffer.from(parts.join('')));
        expect(payload === null || isAudioPayload(payload)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    const quoted = JSON.stringify({ event: 'mark', mark: { name: mediaMessage(1, 'AAAA') }, streamSid: STREAM_SID });
    expect(reader.read(Buffer.from(quoted))).toBeNull();
    expect(reader.read(Buffer.from(mediaMessage(1, 'AAAA', 'MZ-another')))).toBeNull();
    expect(reader.read(Buffer.from(mediaMessage(1, '')))).toBeNull();
    expect(reader.read(Buffer.from(mediaMessage(1, 'AAAAA')))).toBeNull();
  });
});

describe('audio payloads', () => {
  it('are base64 and nothing else', () => {
    fc.assert(fc.property(payloads, (payload) => isAudioPayload(payload)));
    for (const text of ['', 'A', 'AA=A', 'AAA', '====', 'AA==AAAA', 'AA A', 'AAA\n', 'AAAé', '"AAA']) {
      expect([text, isAudioPayload(text)]).toEqual([text, false]);
    }
  });
});

describe('stream messages', () => {
  it('never make the parser throw', () => {
    const kinds = fc.sample(fc.oneof(fc.string(), fc.json()), 2_000).map((text) => parseStreamMessage(text).kind);
    expect(new Set(kinds)).toEqual(new Set(['malformed']));
  });

  it('of unknown names are told from malformed ones', () => {
    expect(parseStreamMessage('{"event":"weather"}')).toEqual({ kind: 'unknown' });
    expect(parseStreamMessage('{"event":"mark"}')).toEqual({ kind: 'malformed' });
    expect(parseStreamMessage('{"event":1}')).toEqual({ kind: 'malformed' });
    expect(parseStreamMessage('null')).toEqual({ kind: 'malformed' });
  });

  it('are written as JSON that says what was meant', () => {
    const encode = streamEncoder(STREAM_SID);
    fc.assert(
      fc.property(payloads, fc.string(), (payload, name) => {
        expect(JSON.parse(encode.media(payload))).toEqual({
          event: 'media',
          streamSid: STREAM_SID,
          media: { payload },
        });
        expect(JSON.parse(encode.mark(name))).toEqual({ event: 'mark', streamSid: STREAM_SID, mark: { name } });
      }),
    );
    expect(JSON.parse(encode.clear())).toEqual({ event: 'clear', streamSid: STREAM_SID });
  });
});

describe('the phone line', () => {
  it('sends what one tick says in one piece, in order', async () => {
    const pieces: string[][] = [];
    let piece: string[] | undefined;
    const socket: LineSocket = {
      closed: false,
      send: (text) => piece?.push(JSON.parse(text).event),
      cork(write) {
        piece = [];
        pieces.push(piece);
        write();
        piece = undefined;
      },
      close: () => pieces.push(['closed']),
    };
    const line = phoneLine(socket, STREAM_SID, () => pieces.push(['hung up']));
    line.play('AAAA', { itemId: 'a', fromMs: 0, ms: 0 });
    line.mark('m');
    expect(pieces).toEqual([]);
    await Promise.resolve();
    line.clear();
    line.play('AAAA', { itemId: 'a', fromMs: 0, ms: 0 });
    line.close();
    await Promise.resolve();
    expect(pieces).toEqual([['media', 'mark'], ['clear', 'media'], ['hung up'], ['closed']]);
  });
});

describe('telephone numbers', () => {
  it('are E.164; withheld ones are none', () => {
    expect(phoneNumber('+15550100142')).toBe('+15550100142');
    for (const text of ['', 'anonymous', '+0123456789', '5550100142', '+1555010014a', '+266696687', '+86282452253']) {
      expect([text, phoneNumber(text)]).toEqual([text, null]);
    }
  });
});
