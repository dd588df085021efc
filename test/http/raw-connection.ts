import { connect, type Socket } from 'node:net';

/** A TCP connection that says exactly what a test wants, and keeps what it hears. */
export class RawConnection {
  readonly socket: Socket;
  private heard = '';
  private ended = false;
  private readonly waiting = new Set<() => void>();

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' });
    this.socket.on('error', () => {});
    this.socket.on('data', (bytes) => {
      this.heard += bytes.toString('latin1');
      this.wake();
    });
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  get text(): string {
    return this.heard;
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Everything heard until the other side closed. */
  whole(deadlineMs?: number): Promise<string> {
    return this.until(() => this.ended, deadlineMs);
  }

  /** Everything heard so far once it contains `part`. */
  hears(part: string): Promise<string> {
    return this.until(() => this.heard.includes(part));
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async until(holds: () => boolean, deadlineMs = 10_000): Promise<string> {
    const deadline = Date.now() + deadlineMs;
    while (!holds()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`not within ${deadlineMs} ms; heard so far: ${JSON.stringify(this.heard)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        const woken = (): void => {
          clearTimeout(timer);
          this.waiting.delete(woken);
          resolve();
        };
        this.waiting.add(woken);
      });
    }
    return this.heard;
  }

  private wake(): void {
    for (const woken of this.waiting) woken();
  }
}
