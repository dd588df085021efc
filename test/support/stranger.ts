/** Somebody who speaks Twilio's protocols to Ava by hand, to say what Twilio's own side never would. */
import { WebSocket } from 'ws';
import { twilioSignature } from '../sim/twilio/signature.ts';
import { connectedMessage, startMessage } from '../sim/twilio/stream-wire.ts';
import { RADIANCE } from './outside.ts';

/** Where a stranger knocks, and what they sign with. */
export interface Door {
  readonly publicUrl: string;
  readonly authToken: string;
}

/** A call that was let in: its ticket opens one stream. */
export interface Admitted {
  readonly callSid: string;
  readonly token: string;
}

const ACCOUNT = `AC${'0'.repeat(32)}`;
const OPEN_LIMIT_MS = 5_000;

/** Rings as Twilio would, and reads the stream's ticket out of the answer. Throws where there is none. */
export async function ring({ publicUrl, authToken }: Door): Promise<Admitted> {
  const callSid = `CA${crypto.randomUUID().replaceAll('-', '')}`;
  const url = `${publicUrl}/twilio/voice`;
  const form = {
    AccountSid: ACCOUNT,
    CallSid: callSid,
    CallStatus: 'ringing',
    Direction: 'inbound',
    From: '+15550107070',
    To: RADIANCE,
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': twilioSignature(authToken, url, form) },
    body: new URLSearchParams(form),
  });
  const twiml = await response.text();
  const token = /name="token" value="([^"]+)"/.exec(twiml)?.[1];
  if (token === undefined) throw new Error(`no ticket in the answer: ${response.status} ${twiml}`);
  return { callSid, token };
}

export interface Stream {
  readonly socket: WebSocket;
  readonly streamSid: string;
  /** The code it was closed with. */
  readonly closed: Promise<number>;
}

/** Opens a media socket and says nothing yet. */
export async function openSocket({ publicUrl }: Door): Promise<Stream> {
  const socket = new WebSocket(`${publicUrl.replace(/^http/, 'ws')}/twilio/media`, { handshakeTimeout: OPEN_LIMIT_MS });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject));
  // A peer that is cut off while it sends meets a reset.
  socket.on('error', () => undefined);
  return { socket, streamSid: `MZ${crypto.randomUUID().replaceAll('-', '')}`, closed };
}

/** Opens a media socket and shows the ticket. */
export async function openStream(door: Door, { callSid, token }: Admitted): Promise<Stream> {
  const stream = await openSocket(door);
  stream.socket.send(connectedMessage());
  stream.socket.send(startMessage(1, { accountSid: ACCOUNT, streamSid: stream.streamSid, callSid }, { token }));
  return stream;
}
