/** Which audio messages of a browser are new: those whose `ack` was lost come again after a reconnect. */

/** More than this behind, the first message of a connection is a page loaded anew, which counts from its beginning. */
const SENT_AGAIN = 500;

export class MessageNumbers {
  private newest = -1;
  private isFirst = true;

  reconnected(): void {
    this.isFirst = true;
  }

  /** False where it was taken before. */
  take(seq: number): boolean {
    const anew = this.isFirst && seq < this.newest - SENT_AGAIN;
    this.isFirst = false;
    if (!anew && seq <= this.newest) return false;
    this.newest = seq;
    return true;
  }
}
