/** Callers at the desks of a node in memory, by telephone and in a browser: real desks and real voices, and no socket. */
import type { BrowserCalls } from '../../src/bin/browser-desk.ts';
import type { Switchboard } from '../../src/bin/switchboard.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { SocketHandle } from '../../src/http/sockets.ts';
import { BrowserReceiver } from '../sim/browser/receiver.ts';
import { CallerAtLine, type CallerSetup } from '../sim/callers/at-line.ts';
import { Telephone } from './telephone.ts';

/** What a socket that broke is said to have been closed with. */
const BROKEN = 1006;

type Speaker = Pick<CallerSetup, 'script' | 'pace' | 'ticker'>;

export interface VirtualCaller {
  readonly caller: CallerAtLine;
  /** Undefined until the caller's side knows it; a telephone never does. */
  readonly conversationId: () => string | undefined;
  /** The line is closed, from whichever side. */
  readonly isOver: () => boolean;
  /** The caller hangs up in the middle of it, or their line breaks. */
  readonly cut: (reason: Cut) => void;
}

export type Cut = 'stop' | 'broken';

export interface VirtualStream {
  readonly callSid: string;
  readonly from: string;
  readonly clinic: Clinic;
}

export function callByTelephone(desk: Switchboard, stream: VirtualStream, speaker: Speaker): VirtualCaller {
  const { callSid, from, clinic } = stream;
  const phone = new Telephone({ onCleared: () => caller.line.cut(), onClosed: () => caller.putDown() });
  const caller = new CallerAtLine({ ...speaker, farEnd: phone, onHangUp: () => phone.hangUp() });
  const inlet = desk.open(
    { callSid, from, to: clinic.phone, clinicId: clinic.id, brokeAt: null, streamSid: `MZ${callSid}` },
    phone,
  );
  if (!inlet) throw new Error('the call was not taken');
  phone.connect(inlet);
  const cut = (reason: Cut): void => {
    caller.putDown();
    phone.hangUp(reason);
  };
  return { caller, conversationId: () => undefined, isOver: () => phone.isOver, cut };
}

export function callInBrowser(desk: BrowserCalls, sessionId: string, clinic: Clinic, speaker: Speaker): VirtualCaller {
  const receiver: BrowserReceiver = new BrowserReceiver(
    (text) => listener.message(bytesOf(text), false),
    () => caller.line.cut(),
  );
  const caller: CallerAtLine = new CallerAtLine({
    ...speaker,
    farEnd: receiver,
    onHangUp: () => receiver.hangUp(),
  });
  const socket = socketTo(receiver, (code) => {
    listener.closed(code);
    caller.putDown();
  });
  const join = { sessionId, clinicId: clinic.id, format: 'audio/pcm', tokenLifeS: null } as const;
  const listener = desk.join(join, socket);
  const begun = (): unknown => receiver.of('session')[0]?.['conversation_id'];
  return {
    caller,
    conversationId: () => (begun() === undefined ? undefined : String(begun())),
    isOver: () => socket.closed,
    cut(reason) {
      if (reason === 'stop') return caller.hangUp();
      socket.close(BROKEN, '');
    },
  };
}

/** What is sent arrives, in order, after whoever sent it has gone on. */
function socketTo(receiver: BrowserReceiver, onClosed: (code: number) => void): SocketHandle {
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    bufferedBytes: 0,
    send(text) {
      queueMicrotask(() => receiver.take(text));
      return 'sent';
    },
    cork: (write) => write(),
    close(code) {
      if (closed) return;
      closed = true;
      queueMicrotask(() => onClosed(code));
    },
  };
}

function bytesOf(text: string): ArrayBuffer {
  const bytes = new ArrayBuffer(Buffer.byteLength(text));
  Buffer.from(bytes).write(text);
  return bytes;
}
