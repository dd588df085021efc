/** The model's side of every call: a Realtime endpoint on a free port of loopback, as cheap as it can be. */
import { loadUws } from '../../../../src/http/uws.ts';
import { type Heard, ModelSession } from './model-session.ts';

export interface ModelSide {
  readonly url: string;
  readonly heard: Heard;
  /** Sends what is due by now. */
  tick(now: number): void;
}

interface Held {
  session: ModelSession | null;
}

const AUDIO_KEY = Buffer.from('"audio":"');
const APPEND = Buffer.from('input_audio_buffer.append');
const QUOTE = 0x22;
/** No event but an append begins so. */
const APPEND_WITHIN = 64;

export async function openModelSide(): Promise<ModelSide> {
  const { native } = loadUws();
  const sessions = new Set<ModelSession>();
  const heard: Heard = { ms: 0, messages: 0, turns: 0, replies: 0 };
  const app = native.App();
  app.ws<Held>('/v1/realtime', {
    compression: native.DISABLED,
    maxPayloadLength: 1 << 20,
    maxBackpressure: 16 << 20,
    idleTimeout: 120,
    upgrade(res, req, context) {
      res.upgrade<Held>({ session: null }, req.getHeader('sec-websocket-key'), '', '', context);
    },
    open(socket) {
      const session = new ModelSession((text) => socket.send(text, false), heard);
      socket.getUserData().session = session;
      sessions.add(session);
    },
    message(socket, message) {
      const { session } = socket.getUserData();
      const bytes = Buffer.from(message);
      const isAppend = bytes.subarray(0, APPEND_WITHIN).includes(APPEND);
      const now = performance.now();
      if (!isAppend) return session?.event(bytes.toString(), now);
      const from = bytes.indexOf(AUDIO_KEY) + AUDIO_KEY.length;
      return session?.append(bytes, from, bytes.indexOf(QUOTE, from), now);
    },
    close(socket) {
      const { session } = socket.getUserData();
      if (session) sessions.delete(session);
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    app.listen('127.0.0.1', 0, native.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (socket) resolve(native.us_socket_local_port(socket));
      else reject(new Error('the model side found no port'));
    });
  });
  return {
    url: `ws://127.0.0.1:${port}/v1/realtime`,
    heard,
    tick(now) {
      for (const session of sessions) session.tick(now);
    },
  };
}
