/** `WS /twilio/media`: the caller's and Ava's voice. The token in `start` decides; a signature counts where there is one. */
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { MediaStream } from '../../twilio/media-stream.ts';
import { createPulse } from '../../twilio/pulse.ts';
import { isSignedByTwilio } from '../../twilio/signature.ts';
import { verifyTicket } from '../../twilio/ticket.ts';
import type { SocketPort, Upgrade } from '../sockets.ts';
import { publicSocketUrlOf, type TwilioEdge } from '../twilio-edge.ts';

/** Twilio's frames are some 400 bytes, a `start` with all its parameters a few thousand. */
const MAX_PAYLOAD_BYTES = 16 * 1024;
/** Base64 of µ-law is 10.7 KB a second: a minute and a half of speech that nobody fetched. */
const MAX_BACKPRESSURE_BYTES = 1024 * 1024;
const IDLE_TIMEOUT_S = 32;
/** Sockets that have not shown a token yet. */
const PENDING_STREAMS_LIMIT = 1_000;

export function twilioMedia(edge: TwilioEdge): SocketPort {
  let pending = 0;
  const pulse = edge.pulse ?? createPulse();
  const upgrade = (signature: string): Upgrade => {
    if (signature !== '' && !isSignedUpgrade(edge, signature)) {
      edge.events.emit('call.refused', { reason: 'bad_signature' });
      return { kind: 'reject', status: 403, detail: 'The X-Twilio-Signature does not fit.' };
    }
    if (pending >= PENDING_STREAMS_LIMIT) {
      edge.events.emit('call.refused', { reason: 'too_many_pending' });
      return { kind: 'reject', status: 503, detail: 'Too many streams wait for their start; try again shortly.' };
    }
    return { kind: 'accept', open };
  };
  const open: Extract<Upgrade, { kind: 'accept' }>['open'] = (socket) => {
    pending++;
    let isPending = true;
    const settle = (): void => {
      if (isPending) pending--;
      isPending = false;
    };
    const stream = new MediaStream({
      socket,
      events: edge.events,
      ledger: edge.ledger,
      verify: (token) => verifyTicket(edge.sessionSecret, token, edge.now()),
      open(details, line) {
        settle();
        return edge.desk.open(details, line);
      },
      now: () => performance.now(),
      pulse,
    });
    return {
      message: (bytes, isBinary) => stream.message(bytes, isBinary),
      oversized: () => stream.oversized(),
      congested: (result) => stream.congested(result),
      closed() {
        settle();
        stream.closed();
      },
    };
  };
  return {
    path: TWILIO_PATHS.media,
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    idleTimeoutS: IDLE_TIMEOUT_S,
    maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
    upgrade: (request) => upgrade(request.header('x-twilio-signature')),
  };
}

/** Twilio does not say whether it signs the path with a slash behind it; either is its own signature. */
function isSignedUpgrade(edge: TwilioEdge, signature: string): boolean {
  const url = publicSocketUrlOf(edge, TWILIO_PATHS.media);
  return [url, `${url}/`].some((signed) => isSignedByTwilio(edge.authToken, signature, signed));
}
