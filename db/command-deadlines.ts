/**
 * How long commands to Redis wait for their answers. An answer that is here and was only not read yet, since the process
 * stood still or was busy, counts: timers come before the sockets in each round of node's loop, so a command is given up
 * only after a round in which its answer could have been read. One timer for all commands of a connection.
 */
export interface PendingCommand {
  readonly isSettled: boolean;
  reject(error: Error): void;
}

export class CommandDeadlines {
  private readonly limitMs: number;
  private readonly waiting: { readonly command: PendingCommand; readonly until: number }[] = [];

  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** Has the command rejected unless it is answered in time; it may have had its effect all the same. */
  watch(command: PendingCommand): void {
    this.waiting.push({ command, until: performance.now() + this.limitMs });
    if (this.waiting.length === 1) this.lookIn(this.limitMs);
  }

  private lookIn(ms: number): void {
    setTimeout(() => {
      const dueAt = performance.now();
      setImmediate(() => this.look(dueAt));
    }, ms);
  }

  /** Commands wait equally long, so that the oldest are due first. */
  private look(dueAt: number): void {
    let first = this.waiting[0];
    while (first && (first.command.isSettled || first.until <= dueAt)) {
      this.waiting.shift();
      if (!first.command.isSettled) first.command.reject(new Error('Command timed out'));
      first = this.waiting[0];
    }
    if (first) this.lookIn(Math.max(0, first.until - performance.now()));
  }
}
