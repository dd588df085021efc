/** One peer talks nonsense, thousands of frames at once; whoever else is on the phone hears nothing of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { scenario } from '../sim/callers/scenarios.ts';
import { mediaMessage } from '../sim/twilio/stream-wire.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { openSocket, openStream, ring, type Stream } from '../support/stranger.ts';
import { expectWholeRecord, GREETED, hears } from '../support/talk.ts';

const FRAMES = 10_000;
const SETTLED_MS = 10_000;

let ava: AvaStand;
const crashes: unknown[] = [];
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z', pace: 8 });
  for (const name of ['call.crashed', 'process.unhandled', 'http.failed'] as const) {
    ava.events.on(name, (event) => crashes.push(event));
  }
});
afterAll(() => ava.stop());

function sendAll(socket: WebSocket, frame: (n: number) => string | Buffer): void {
  for (let n = 1; n <= FRAMES; n += 1) socket.send(frame(n));
}

/** A peer with a good ticket, whose call has begun. */
async function admittedPeer(): Promise<Stream> {
  const admitted = await ring(ava);
  const begun = new Promise<void>((resolve) => {
    const leave = ava.events.on('call.started', ({ callSid }) => {
      if (callSid !== admitted.callSid) return;
      leave();
      resolve();
    });
  });
  const stream = await openStream(ava, admitted);
  await begun;
  return stream;
}

/** Resolves once the peer is cut off. */
async function cutOff({ closed }: Stream): Promise<void> {
  await closed;
}

/** The peer hangs up once all of it was taken; rejects where it was cut off before. */
async function hangsUp({ socket, closed }: Stream): Promise<void> {
  await until('all of it to be taken', SETTLED_MS, () => (socket.bufferedAmount === 0 ? true : undefined));
  if (socket.readyState !== socket.OPEN) throw new Error('the peer was cut off');
  socket.close();
  await closed;
}

interface Peer {
  readonly name: string;
  /** What it sends all at once. */
  readonly nonsense: () => Promise<Stream>;
  /** How that ends for it. */
  readonly ends: (stream: Stream) => Promise<void>;
}

const PEERS: readonly Peer[] = [
  {
    name: 'a stranger without a ticket',
    ends: cutOff,
    nonsense: async () => {
      const stream = await openSocket(ava);
      sendAll(stream.socket, (n) => `{"event":"media","streamSid":"MZ${n}","media":{"payload":"////"}}`);
      return stream;
    },
  },
  {
    name: 'a caller whose frames are no JSON',
    ends: cutOff,
    nonsense: async () => {
      const stream = await admittedPeer();
      sendAll(stream.socket, (n) => (n % 2 === 0 ? `{"event":"media",${n}` : Buffer.from([n % 256])));
      return stream;
    },
  },
  {
    name: 'a caller with three minutes of audio at once',
    ends: hangsUp,
    nonsense: async () => {
      const stream = await admittedPeer();
      sendAll(stream.socket, (n) => mediaMessage(n, stream.streamSid, n, n * 20, undefined));
      return stream;
    },
  },
];

describe(`${FRAMES} frames at once`, () => {
  it.each(PEERS)('from $name disturb nobody else on the phone', { timeout: 60_000 }, async ({ nonsense, ends }) => {
    const call = ava.place(scenario('hours'));
    await hears(call, GREETED);
    await ends(await nonsense());
    await call.ended;
    expect(call.end?.by).toBe('twiml');
    expect(call.heardText).toMatch(/9 AM to 6 PM.*Sunday 10 AM to 4 PM/);
    expect(call.heard.every((word) => word.playedFully)).toBe(true);
    expect(call.log.violations).toEqual([]);
    expectWholeRecord(call, await ava.conversation(call));
    await until('every model session to be gone', SETTLED_MS, () =>
      ava.openai.sessions().length === 0 ? true : undefined,
    );
    expect(crashes).toEqual([]);
  });
});
