/**
 * Ava's audio without parsing: finds the item and the payload of an audio delta by their places in the one before. As
 * with the caller's frames, only what is certain is read, and everything else is left to the parser: in JSON these
 * literals cannot occur inside a string, where their quotation marks would be escaped, and the event has no inner objects.
 */
import { endOfAudio } from '../domain/audio-format.ts';

const TYPE = Buffer.from('"type":"response.output_audio.delta"');
const ITEM = Buffer.from('"item_id":"');
const DELTA = Buffer.from('"delta":"');
const QUOTE = 0x22;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** The type stands first, or behind the event's id. */
const TYPE_WITHIN = 160;

const IDENTIFIER = /^[\w-]{1,128}$/;

export interface AudioDelta {
  readonly itemId: string;
  /** Base64, never empty. */
  readonly payload: string;
}

export class DeltaReader {
  private typeAt = 1;
  private itemAt = 0;
  private deltaAt = 0;

  /** Null where a parser must say what this is. */
  read(event: Buffer): AudioDelta | null {
    if (event[0] !== OPENING_BRACE || event[event.length - 1] !== CLOSING_BRACE) return null;
    this.typeAt = placeOf(TYPE, event, this.typeAt, TYPE_WITHIN);
    if (this.typeAt < 0) return null;
    this.itemAt = placeOf(ITEM, event, this.itemAt, event.length);
    this.deltaAt = placeOf(DELTA, event, this.deltaAt, event.length);
    if (this.itemAt < 0 || this.deltaAt < 0) return null;
    const itemId = stringAt(event, this.itemAt + ITEM.length);
    const from = this.deltaAt + DELTA.length;
    const to = endOfAudio(event, from);
    if (to === from || event[to] !== QUOTE || !IDENTIFIER.test(itemId)) return null;
    return { itemId, payload: event.toString('latin1', from, to) };
  }
}

/** Where it stood before, or wherever it stands; -1 where it is not to be found before `within`. */
function placeOf(literal: Buffer, event: Buffer, before: number, within: number): number {
  const end = before + literal.length;
  if (before > 0 && end <= event.length && literal.compare(event, before, end) === 0) return before;
  return event.subarray(0, within).indexOf(literal);
}

function stringAt(event: Buffer, from: number): string {
  const to = event.indexOf(QUOTE, from);
  return to < 0 ? '' : event.toString('latin1', from, to);
}
