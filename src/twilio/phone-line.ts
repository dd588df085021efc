/**
 * The line towards the caller, over a media stream. What is sent within one tick leaves in one piece (one system call
 * for a sentence's audio and its mark), in the order in which it was sent, before the tick ends.
 */
import type { AudioPayload, PhoneLine } from '../../actors/phone/messages.ts';
import { streamEncoder } from './wire.ts';

/** The part of a socket that a line needs. */
export interface LineSocket {
  readonly closed: boolean;
  /** Takes bytes over before it returns. */
  send(text: string | Buffer): unknown;
  cork(write: () => void): void;
  close(code: number, reason: string): void;
}

/** What is sent when the tick ends. */
type Message = { readonly audio: AudioPayload } | { readonly text: string };

const NORMAL = 1000;
/** Its reactions run in this tick; cheaper than `queueMicrotask`, which makes a resource of each. */
const NOW = Promise.resolve();

/** `hungUp` is called before the socket is closed from this end. */
export function phoneLine(socket: LineSocket, streamSid: string, hungUp: () => void): PhoneLine {
  const encode = streamEncoder(streamSid);
  let waiting: Message[] = [];
  const flush = (): void => {
    const leaving = waiting;
    waiting = [];
    if (leaving.length === 0 || socket.closed) return;
    socket.cork(() => {
      for (const each of leaving) socket.send('text' in each ? each.text : encode.media(each.audio));
    });
  };
  const send = (message: Message): void => {
    if (socket.closed) return;
    if (waiting.length === 0) void NOW.then(flush);
    waiting.push(message);
  };
  return {
    play: (audio) => send({ audio }),
    mark: (name) => send({ text: encode.mark(name) }),
    clear: () => send({ text: encode.clear() }),
    close() {
      if (socket.closed) return;
      flush();
      hungUp();
      socket.close(NORMAL, 'call leaves the stream');
    },
  };
}
