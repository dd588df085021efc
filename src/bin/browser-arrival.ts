/** A browser's socket of which nobody knows yet whether its call is to begin, or goes on: what it says meanwhile waits. */
import type { SocketHandle, SocketListener } from '../http/sockets.ts';

/** All of what a caller may have said while they were away, in base64 of 24 kHz. */
const EARLY_BYTES = 16 * 1024 * 1024;
const POLICY_VIOLATION = 1008;

export class BrowserArrival implements SocketListener {
  readonly socket: SocketHandle;
  private listener: SocketListener | undefined;
  private early: { readonly bytes: ArrayBuffer; readonly isBinary: boolean }[] = [];
  private earlyBytes = 0;
  private closedBy: number | undefined;

  constructor(socket: SocketHandle) {
    this.socket = socket;
  }

  /** The caller did not wait. */
  get isGone(): boolean {
    return this.socket.closed;
  }

  /** From here on `listener` is told, and first of all that was said before. */
  heardBy(listener: SocketListener): void {
    this.listener = listener;
    for (const { bytes, isBinary } of this.early.splice(0)) listener.message(bytes, isBinary);
    if (this.closedBy !== undefined) listener.closed(this.closedBy);
  }

  message(bytes: ArrayBuffer, isBinary: boolean): void {
    if (this.listener) return this.listener.message(bytes, isBinary);
    this.earlyBytes += bytes.byteLength;
    if (this.earlyBytes > EARLY_BYTES) this.socket.close(POLICY_VIOLATION, 'flood');
    else this.early.push({ bytes: bytes.slice(0), isBinary });
  }

  oversized(sizeBytes: number): void {
    this.listener?.oversized?.(sizeBytes);
  }

  congested(result: 'queued' | 'dropped'): void {
    this.listener?.congested?.(result);
  }

  closed(code: number): void {
    this.closedBy = code;
    this.listener?.closed(code);
  }
}
