/** Which audio messages of a browser are new: those whose `ack` was lost come again after a reconnect. */

/** A connection that begins at nought or one with the newest number beyond this is a page loaded anew, which counts afresh. */
const FIRST_MESSAGES = 50;

export class MessageNumbers {
  private newest = -1;
  private isFirst = true;

  /** A connection is there anew; answers the newest number taken, null where there is none. */
  reconnected(): number | null {
    this.isFirst = true;
    return this.newest < 0 ? null : this.newest;
  }

  /**
   * Whether this was taken before, follows what was, or begins anew: a page loaded anew, or the first of a connection
   * that does not count.
   */
  take(seq: number | undefined): 'known' | 'next' | 'anew' {
    const { isFirst } = this;
    this.isFirst = false;
    if (seq === undefined) return isFirst ? 'anew' : 'next';
    const isAnew = isFirst && seq <= 1 && this.newest > FIRST_MESSAGES;
    if (!isAnew && seq <= this.newest) return 'known';
    this.newest = seq;
    return isAnew ? 'anew' : 'next';
  }
}
