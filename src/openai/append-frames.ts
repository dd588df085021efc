/**
 * Caller audio on its way to the model, as WebSocket frames made in place: a hundred calls send five thousand of them a
 * second, and to build one as any message is built costs more than all else that is done with it. A frame is lent to a
 * socket until the system has it (a plain socket takes it at once, an encrypted one a moment later, a congested one
 * whenever it can), and then serves any other session. Where all are lent, and for audio of other lengths, messages go
 * the ordinary way.
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
/** Shorter content has another head. */
const SHORTEST = 126;
/** Room for 80 ms of audio. */
const FRAME_BYTES = 1_024;
const LONGEST = FRAME_BYTES - HEAD_BYTES;
/** All that may be lent at once, in this process. */
const FRAMES = 512;

const MASK_POOL_WORDS = 1_024;

/** The message as it reads, its beginning never written again; the content stands where the frame's content does. */
const plain = Buffer.from(new ArrayBuffer(FRAME_BYTES));
const plainWords = new Int32Array(plain.buffer);
plain.write(PREFIX, HEAD_BYTES, 'latin1');

const masks = new Int32Array(MASK_POOL_WORDS);
let maskAt = MASK_POOL_WORDS;

class Frame {
  private readonly bytes = Buffer.from(new ArrayBuffer(FRAME_BYTES));
  private readonly words = new Int32Array(this.bytes.buffer);
  /** The part that was sent last: nearly all are of one length. */
  private sent = this.bytes;
  private readonly returned = (): void => {
    free.push(this);
  };

  constructor() {
    this.bytes[0] = TEXT_FINAL;
    this.bytes[1] = MASKED_LENGTH_16;
  }

  /** Sends the first `length` bytes of the plain content, masked. */
  send(socket: Socket, length: number): void {
    const { bytes, words } = this;
    const key = nextMask();
    bytes[2] = length >> 8;
    bytes[3] = length & 0xff;
    words[1] = key;
    const end = (HEAD_BYTES + length + 3) >> 2;
    for (let word = HEAD_BYTES >> 2; word < end; word++) words[word] = (plainWords[word] ?? 0) ^ key;
    if (this.sent.length !== HEAD_BYTES + length) this.sent = bytes.subarray(0, HEAD_BYTES + length);
    socket.write(this.sent, this.returned);
  }
}

const free: Frame[] = [];
let made = 0;

function freeFrame(): Frame | undefined {
  const known = free.pop();
  if (known !== undefined || made >= FRAMES) return known;
  made++;
  return new Frame();
}

/** As unpredictable as masks must be (RFC 6455, 5.3), many at a time. */
function nextMask(): number {
  if (maskAt === MASK_POOL_WORDS) {
    randomFillSync(masks);
    maskAt = 0;
  }
  return masks[maskAt++] ?? 0;
}

/** `payload` must be base64. `raw` is the socket under `socket`, which must be open. */
export function sendAppend(socket: WebSocket, raw: Socket, payload: string): void {
  const length = PREFIX.length + payload.length + SUFFIX.length;
  const frame = length < SHORTEST || length > LONGEST ? undefined : freeFrame();
  if (frame === undefined) {
    socket.send(`${PREFIX}${payload}${SUFFIX}`);
    return;
  }
  plain.write(payload, HEAD_BYTES + PREFIX.length, 'latin1');
  plain.write(SUFFIX, HEAD_BYTES + PREFIX.length + payload.length, 'latin1');
  frame.send(raw, length);
}
