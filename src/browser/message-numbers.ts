/** Which audio messages of a browser are new: those whose `ack` was lost come again after a reconnect. */

/** A connection that begins at nought or one with the newest number beyond this is a page loaded anew, which counts afresh. */
const FIRST_MESSAGES = 50;

export class MessageNumbers {
  private newestTaken: number;
  private isFirst = true;

  /** `newest`: the number up to which another node has taken them; null where there is none. */
  constructor(newest: number | null = null) {
    this.newestTaken = newest ?? -1;
  }

  /** -1 where none was taken. */
  get newest(): number {
    return this.newestTaken;
  }

  /** A connection is there anew. */
  reconnected(): void {
    this.isFirst = true;
  }

  /**
   * Whether this was taken before, follows what was, or begins anew: a page loaded anew, or the first of a connection
   * that does not count.
   */
  take(seq: number | undefined): 'known' | 'next' | 'anew' {
    const { isFirst } = this;
    this.isFirst = false;
    if (seq === undefined) return isFirst ? 'anew' : 'next';
    const isAnew = isFirst && seq <= 1 && this.newestTaken > FIRST_MESSAGES;
    if (!isAnew && seq <= this.newestTaken) return 'known';
    this.newestTaken = seq;
    return isAnew ? 'anew' : 'next';
  }
}
