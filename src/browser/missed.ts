/**
 * What a browser was told and may not have got: all since it was last heard from, and a little before. A dead socket is
 * noticed late, so what was sent into one counts as missed as much as what could not be sent. Audio is not kept here: the
 * phone actor plays it again.
 */
import type { News } from './memory.ts';
import type { ServerMessage } from './wire.ts';

/** Older ones are forgotten. */
const MESSAGES = 100;
/** What was sent so shortly before a browser was heard from may still have been under way. */
const UNDER_WAY_MS = 2_000;
/** Of those, what another node is to know. */
const NEWEST = 20;

interface Told {
  readonly message: News;
  readonly at: number;
}

export class Missed {
  private readonly now: () => number;
  private told: readonly Told[] = [];

  /** `now` in ms. `missed`: on another node. */
  constructor(now: () => number, missed: readonly News[] = []) {
    this.now = now;
    this.told = missed.map((message) => ({ message, at: now() }));
  }

  /** A browser with a socket is told this, or would be if it had one. */
  tells(message: ServerMessage, hasSocket: boolean): void {
    if (isKept(message, hasSocket)) this.told = [...this.told, { message, at: this.now() }].slice(-MESSAGES);
  }

  /** The browser said something: what it was told before has arrived. */
  heardFrom(): void {
    if (this.told.length === 0) return;
    const since = this.now() - UNDER_WAY_MS;
    this.told = this.told.filter(({ at }) => at >= since);
  }

  /** The last of them, to be told by another node. */
  get newest(): News[] {
    return this.told.slice(-NEWEST).map(({ message }) => message);
  }

  /** To be told once more, in order. */
  get messages(): readonly News[] {
    return this.told.map(({ message }) => message);
  }
}

/** A line that is cleared has nothing left to stop unless its browser was away. */
function isKept(message: ServerMessage, hasSocket: boolean): message is News {
  switch (message.type) {
    case 'transcript':
      return message.final;
    case 'tool':
    case 'ended':
      return true;
    case 'clear':
      return !hasSocket;
    case 'session':
    case 'audio':
    case 'ack':
    case 'error':
      return false;
  }
}
