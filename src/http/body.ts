/**
 * Collects request bodies within two limits: the route's own, and what all bodies of one server that are still on
 * their way may take together, so that many slow senders cannot fill the memory.
 */
import type { UwsResponse } from './uws.ts';

/** All unfinished bodies of a server together. */
const UNFINISHED_BODIES_BYTES = 64 * 1024 * 1024;

export type BodyResult =
  | { readonly kind: 'whole'; readonly body: Buffer }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'no_room' };

export class BodyRoom {
  private heldBytes = 0;
  private readonly limitBytes: number;

  constructor(limitBytes = UNFINISHED_BODIES_BYTES) {
    this.limitBytes = limitBytes;
  }

  take(bytes: number): boolean {
    if (this.heldBytes + bytes > this.limitBytes) return false;
    this.heldBytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.heldBytes -= bytes;
  }
}

/** Calls `done` once; returns a function that lets go of everything collected so far and ignores what still comes. */
export function collectBody(
  res: UwsResponse,
  limitBytes: number,
  room: BodyRoom,
  done: (result: BodyResult) => void,
): () => void {
  let chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  const letGo = (): void => {
    if (over) return;
    over = true;
    chunks = [];
    room.give(size);
  };
  const finish = (result: BodyResult): void => {
    letGo();
    done(result);
  };
  res.onData((chunk, isLast) => {
    if (over) return;
    if (size + chunk.byteLength > limitBytes) return finish({ kind: 'too_large' });
    if (!room.take(chunk.byteLength)) return finish({ kind: 'no_room' });
    size += chunk.byteLength;
    // The chunk's memory is the server's again when this callback returns.
    chunks.push(Buffer.from(new Uint8Array(chunk)));
    if (isLast) finish({ kind: 'whole', body: Buffer.concat(chunks) });
  });
  return letGo;
}
