/**
 * The waiting line of one actor: small and bounded. Control is never dropped; where it overflows, `push` says so and
 * the actor ends (one call, never the process). What is droppable (old audio) makes room oldest first, and is counted.
 */
export interface MailboxLimits {
  readonly control: number;
  readonly droppable: number;
}

export const MAILBOX_LIMITS: MailboxLimits = { control: 512, droppable: 512 };

export class Mailbox<M> {
  private waiting: { readonly message: M; readonly droppable: boolean }[] = [];
  private control = 0;
  private droppable = 0;
  private readonly limits: MailboxLimits;
  /** Messages dropped so far to keep the limit. */
  dropped = 0;

  constructor(limits: MailboxLimits = MAILBOX_LIMITS) {
    this.limits = limits;
  }

  get size(): number {
    return this.waiting.length;
  }

  push(message: M, droppable = false): 'taken' | 'overflow' {
    if (!droppable && this.control >= this.limits.control) return 'overflow';
    if (droppable && this.limits.droppable === 0) {
      this.dropped++;
      return 'taken';
    }
    if (droppable && this.droppable >= this.limits.droppable) this.dropOldest();
    this.waiting.push({ message, droppable });
    if (droppable) this.droppable++;
    else this.control++;
    return 'taken';
  }

  take(): M | undefined {
    const next = this.waiting.shift();
    if (next === undefined) return undefined;
    if (next.droppable) this.droppable--;
    else this.control--;
    return next.message;
  }

  private dropOldest(): void {
    const oldest = this.waiting.findIndex((entry) => entry.droppable);
    this.waiting.splice(oldest, 1);
    this.droppable--;
    this.dropped++;
  }
}
