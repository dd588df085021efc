/** Somebody with a script in a browser: a whole call over a real socket, from its upgrade to its close. */
import { once } from 'node:events';
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

/** Resolves when the socket is closed. `pace`: how fast people talk and react. */
export async function callFromBrowser(url: string, script: CallerScript, pace: number): Promise<BrowserCallHeard> {
  const socket = new WebSocket(url);
  const receiver: BrowserReceiver = new BrowserReceiver(
    (text) => socket.send(text),
    () => caller.line.cut(),
  );
  const caller: CallerAtLine = new CallerAtLine({
    script,
    pace,
    ticker: new Ticker(),
    farEnd: receiver,
    onHangUp: () => receiver.hangUp(),
  });
  socket.on('message', (data: Buffer) => receiver.take(data.toString('utf8')));
  await once(socket, 'close');
  caller.putDown();
  return {
    conversationId: String(receiver.of('session')[0]?.['conversation_id']),
    heard: caller.heardText,
    said: caller.said,
    outcome: receiver.of('ended')[0]?.['outcome'],
  };
}
