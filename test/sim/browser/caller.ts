/**
 * Somebody in a browser, with a script or led by hand: a whole call over real sockets, from its upgrade to its end. A
 * connection that breaks is followed by another one, to the same address.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { CallerAtLine } from '../callers/at-line.ts';
import type { CallerScript } from '../callers/script.ts';
import { Ticker } from '../twilio/ticker.ts';
import { BrowserReceiver } from './receiver.ts';

export interface BrowserCallHeard {
  readonly conversationId: string;
  readonly heard: string;
  readonly said: readonly string[];
  /** As the `ended` message told it. */
  readonly outcome: unknown;
}

/** Says nothing by themselves. */
const LED: CallerScript = {
  name: 'led',
  description: 'Says what they are told to say.',
  rules: [],
  patience: { maxSilenceMs: 600_000, prompt: '', prompts: 0 },
};
/** What a server closes with that wants nobody back: it is over, they are not let in, another one has their place. */
const FINAL = new Set([1000, 1008, 4001]);
const AGAIN_MS = 100;
/** How often a page tries to come back before it gives up. */
const TRIES = 100;

export class BrowserCaller {
  readonly person: CallerAtLine;
  readonly receiver: BrowserReceiver;
  /** Resolves with the code of the last close. */
  readonly over: Promise<number>;
  private socket: WebSocket | undefined;

  /** `pace`: how fast people talk and react. */
  constructor(url: string, pace: number, script = LED) {
    this.receiver = new BrowserReceiver(
      (text) => this.socket?.send(text),
      () => this.person.line.cut(),
    );
    this.person = new CallerAtLine({
      script,
      pace,
      ticker: new Ticker(),
      farEnd: this.receiver,
      onHangUp: () => this.receiver.hangUp(),
    });
    this.over = this.stay(url);
  }

  get conversationId(): string {
    return String(this.receiver.of('session')[0]?.['conversation_id']);
  }

  get heard(): BrowserCallHeard {
    return {
      conversationId: this.conversationId,
      heard: this.person.heardText,
      said: this.person.said,
      outcome: this.receiver.of('ended')[0]?.['outcome'],
    };
  }

  private async stay(url: string): Promise<number> {
    let code = 0;
    for (let tries = 0; tries < TRIES && !FINAL.has(code); tries++) {
      if (tries > 0) await sleep(AGAIN_MS);
      code = await this.connect(url);
      this.receiver.lost();
    }
    this.person.putDown();
    return code;
  }

  private connect(url: string): Promise<number> {
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.receiver.take(data.toString('utf8')));
    return new Promise((resolve) => socket.once('close', resolve));
  }
}

/** Resolves when the call is over. */
export async function callFromBrowser(url: string, script: CallerScript, pace: number): Promise<BrowserCallHeard> {
  const caller = new BrowserCaller(url, pace, script);
  await caller.over;
  return caller.heard;
}
