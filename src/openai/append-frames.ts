/**
 * Caller audio on its way to the model, as WebSocket frames made in place: a hundred calls send five thousand of them a
 * second, and to build one as any message is built costs more than all else that is done with it. One frame serves all
 * sessions of the process. It is used again only once the system has taken it; where a socket is congested, the message
 * goes the ordinary way, which keeps a copy.
 */
import { randomFillSync } from 'node:crypto';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';

const PREFIX = '{"type":"input_audio_buffer.append","audio":"';
const SUFFIX = '"}';

/** Two bytes of head, two of length, four of mask; content begins at a whole word. */
const HEAD_BYTES = 8;
const TEXT_FINAL = 0x81;
const MASKED_LENGTH_16 = 0x80 | 126;
/** Shorter content has another head, and longer content no place. */
const SHORTEST = 126;
const FRAME_BYTES = 2_048;
const LONGEST = FRAME_BYTES - HEAD_BYTES;

const MASK_POOL_WORDS = 1_024;

/** The message as it reads, its beginning never written again; the content stands where the frame's content does. */
const plain = Buffer.from(new ArrayBuffer(FRAME_BYTES));
const plainWords = new Int32Array(plain.buffer);
plain.write(PREFIX, HEAD_BYTES, 'latin1');

let frame = Buffer.from(new ArrayBuffer(FRAME_BYTES));
let frameWords = new Int32Array(frame.buffer);
/** The part of the frame that was sent last: nearly all are of one length. */
let sent = frame;

const masks = new Int32Array(MASK_POOL_WORDS);
let maskAt = MASK_POOL_WORDS;

/** `payload` must be base64. `raw` is the socket under `socket`, which must be open. */
export function sendAppend(socket: WebSocket, raw: Socket, payload: string): void {
  const length = PREFIX.length + payload.length + SUFFIX.length;
  if (length < SHORTEST || length > LONGEST || raw.writableLength > 0) {
    socket.send(`${PREFIX}${payload}${SUFFIX}`);
    return;
  }
  plain.write(payload, HEAD_BYTES + PREFIX.length, 'latin1');
  plain.write(SUFFIX, HEAD_BYTES + PREFIX.length + payload.length, 'latin1');
  mask(length);
  if (sent.length !== HEAD_BYTES + length) sent = frame.subarray(0, HEAD_BYTES + length);
  raw.write(sent);
  if (raw.writableLength > 0) replaceFrame();
}

function mask(length: number): void {
  if (maskAt === MASK_POOL_WORDS) {
    randomFillSync(masks);
    maskAt = 0;
  }
  const key = masks[maskAt++] ?? 0;
  frame[0] = TEXT_FINAL;
  frame[1] = MASKED_LENGTH_16;
  frame[2] = length >> 8;
  frame[3] = length & 0xff;
  frameWords[1] = key;
  const end = (HEAD_BYTES + length + 3) >> 2;
  for (let word = HEAD_BYTES >> 2; word < end; word++) frameWords[word] = (plainWords[word] ?? 0) ^ key;
}

/** What waits in a socket stays as it is. */
function replaceFrame(): void {
  frame = Buffer.from(new ArrayBuffer(FRAME_BYTES));
  frameWords = new Int32Array(frame.buffer);
  sent = frame;
}
