/**
 * Pieces of audio, each as base64, in their order, numbered from 0, the oldest given up from the front. They lie as
 * bytes in blocks that go from call to call: kept as strings, what is said within a second or three would outlive the
 * young part of the heap and pile up in the old one (measured: 5 KB a call and second of Ava's own speech, until a full
 * collection).
 */

/** Little more than the moment that is kept of a caller: longer blocks leave the processor's cache between two frames. */
const BLOCK_BYTES = 3_072;
/** Unused blocks of one size that are kept for other calls, in this process. */
const SPARE_BLOCKS = 512;
/** Before each frame stands its length. */
const LENGTH_BYTES = 4;

interface Block {
  readonly bytes: Buffer;
  /** Number of the first frame in it. */
  readonly first: number;
  used: number;
}

/** By their size. */
const spare = new Map<number, Buffer[]>();

export class FrameLog {
  private readonly blockBytes: number;
  private readonly spare: Buffer[];
  private blocks: Block[] = [];
  /** Number of the first frame that is kept. */
  first = 0;
  /** Number of the next frame. */
  end = 0;

  /** `blockBytes`: what is longer has a block of its own, which serves nothing else. */
  constructor(blockBytes = BLOCK_BYTES) {
    const known = spare.get(blockBytes) ?? [];
    spare.set(blockBytes, known);
    this.blockBytes = blockBytes;
    this.spare = known;
  }

  push(payload: string): void {
    const block = this.blockFor(LENGTH_BYTES + payload.length);
    block.bytes.writeUInt32LE(payload.length, block.used);
    block.used += LENGTH_BYTES;
    block.used += block.bytes.write(payload, block.used, 'latin1');
    this.end++;
  }

  /** The frames from this number on, oldest first; those that are gone are left out. */
  from(number: number): string[] {
    const wanted = Math.max(number, this.first);
    return this.blocks.flatMap((block, index) => {
      if ((this.blocks[index + 1]?.first ?? this.end) <= wanted) return [];
      return framesOf(block).slice(Math.max(0, wanted - block.first));
    });
  }

  /** Gives up the frames before this number. */
  dropBefore(number: number): void {
    if (number <= this.first) return;
    this.first = Math.min(number, this.end);
    while ((this.blocks[1]?.first ?? Number.POSITIVE_INFINITY) <= this.first) this.giveBack(this.blocks.shift());
  }

  /** Gives up all of them; none can be added any more. */
  close(): void {
    this.first = this.end;
    for (const block of this.blocks.splice(0)) this.giveBack(block);
  }

  private blockFor(bytes: number): Block {
    const last = this.blocks.at(-1);
    if (last !== undefined && last.used + bytes <= last.bytes.length) return last;
    const block = { bytes: this.bytesFor(bytes), first: this.end, used: 0 };
    this.blocks.push(block);
    return block;
  }

  private bytesFor(wanted: number): Buffer {
    if (wanted > this.blockBytes) return Buffer.allocUnsafeSlow(wanted);
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes);
  }

  private giveBack(block: Block | undefined): void {
    if (block?.bytes.length === this.blockBytes && this.spare.length < SPARE_BLOCKS) this.spare.push(block.bytes);
  }
}

function framesOf({ bytes, used }: Block): string[] {
  const frames: string[] = [];
  for (let at = 0; at < used; ) {
    const begins = at + LENGTH_BYTES;
    at = begins + bytes.readUInt32LE(at);
    frames.push(bytes.toString('latin1', begins, at));
  }
  return frames;
}
