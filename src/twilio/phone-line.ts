/**
 * The line towards the caller, over a media stream. What is sent within one tick leaves in one piece (one system call
 * for a sentence's audio and its mark), in the order in which it was sent, before the tick ends.
 */
import type { PhoneLine } from '../../actors/phone/messages.ts';
import { streamEncoder } from './wire.ts';

/** The part of a socket that a line needs. */
export interface LineSocket {
  readonly closed: boolean;
  send(text: string): unknown;
  cork(write: () => void): void;
  close(code: number, reason: string): void;
}

const NORMAL = 1000;
/** What waits for it comes before the tick ends, at half of what node's own `queueMicrotask` costs: that opens an async scope. */
const TICK = Promise.resolve();

/** `hungUp` is called before the socket is closed from this end. */
export function phoneLine(socket: LineSocket, streamSid: string, hungUp: () => void): PhoneLine {
  const encode = streamEncoder(streamSid);
  let waiting: string[] = [];
  const flush = (): void => {
    const leaving = waiting;
    waiting = [];
    if (leaving.length === 0 || socket.closed) return;
    socket.cork(() => {
      for (const text of leaving) socket.send(text);
    });
  };
  const send = (text: string): void => {
    if (socket.closed) return;
    if (waiting.length === 0) void TICK.then(flush);
    waiting.push(text);
  };
  return {
    play: (payload) => send(encode.media(payload)),
    mark: (name) => send(encode.mark(name)),
    clear: () => send(encode.clear()),
    close() {
      if (socket.closed) return;
      flush();
      hungUp();
      socket.close(NORMAL, 'call leaves the stream');
    },
  };
}
