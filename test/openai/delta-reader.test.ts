import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAudioPayload } from '../../src/domain/audio-format.ts';
import { DeltaReader } from '../../src/openai/delta-reader.ts';
import { reportOf } from '../../src/openai/wire.ts';

const payloads = fc
  .uint8Array({ minLength: 1, maxLength: 2_000 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const identifiers = fc.stringMatching(/^[A-Za-z0-9_]{1,30}$/);

function delta(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    type: 'response.output_audio.delta',
    event_id: 'event_1',
    response_id: 'resp_1',
    item_id: 'item_1',
    output_index: 0,
    content_index: 0,
    delta: 'AAAA',
    ...fields,
  });
}

const read = (text: string): unknown => new DeltaReader().read(Buffer.from(text));

describe('the reader of audio deltas', () => {
  it('agrees with the parser on all that it reads, whatever the order of the keys', () => {
    const reader = new DeltaReader();
    const event = fc.record({
      payload: payloads,
      itemId: identifiers,
      eventId: identifiers,
      // A type behind the audio is the parser's to find.
      order: fc
        .shuffledSubarray(['event_id', 'type', 'response_id', 'item_id', 'output_index', 'delta'], { minLength: 6 })
        .filter((keys) => keys.indexOf('type') < keys.indexOf('delta')),
    });
    fc.assert(
      fc.property(event, ({ payload, itemId, eventId, order }) => {
        const whole = JSON.parse(delta({ event_id: eventId, item_id: itemId, delta: payload }));
        const text = JSON.stringify(Object.fromEntries(order.map((key) => [key, whole[key]])));
        expect(reader.read(Buffer.from(text))).toEqual({ itemId, payload });
        expect(reportOf(JSON.parse(text))).toMatchObject({ type: 'audio', itemId, payload });
      }),
    );
  });

  it('leaves to the parser what is no audio delta, or none that can be passed on as it is', () => {
    const quoting = JSON.stringify({ type: 'response.output_text.delta', item_id: 'i', delta: delta() });
    for (const text of [
      '',
      '{}',
      '{',
      'null',
      quoting,
      delta({ type: 'response.output_audio_transcript.delta' }),
      delta({ delta: '' }),
      delta({ delta: 'AAA' }),
      delta({ delta: 'AA"A' }),
      delta({ delta: 'AAAA\\' }),
      delta({ delta: 7 }),
      delta({ item_id: 'an "item"' }),
      delta({ item_id: undefined }),
      delta().slice(0, -1),
      `${delta()} `,
    ]) {
      expect([text, read(text)]).toEqual([text, null]);
    }
  });

  it('never reads anything but base64 out of pieces of events', () => {
    const pieces = fc.constantFrom(
      '"type":"response.output_audio.delta"',
      '"item_id":"i"',
      '"delta":"AAAA"',
      '"delta":"',
      '{',
      '}',
      ',',
      '"',
      '\\',
      'AAAA',
    );
    const reader = new DeltaReader();
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const seen = reader.read(Buffer.from(`{${parts.join('')}}`));
        expect(seen === null || isAudioPayload(seen.payload)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('an audio delta that is parsed', () => {
  it('is nothing where its audio is not base64: it could not be told to a phone', () => {
    expect(reportOf(JSON.parse(delta()))).toMatchObject({ type: 'audio', payload: 'AAAA', ms: 3 / 8 });
    expect(reportOf(JSON.parse(delta({ delta: 'AA"A' })))).toBeNull();
  });
});
