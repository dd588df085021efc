/** `WS /ws/voice/{session_id}`: a call from a browser. Who may come in is decided at the upgrade, all else by the session. */
import { FrameAllowance } from '../../twilio/frame-allowance.ts';
import type { BrowserEdge, BrowserJoin } from '../browser-edge.ts';
import { clinicOfBrowserToken } from '../browser-tokens.ts';
import type { SocketListener, SocketPort, Upgrade } from '../sockets.ts';

/** A second of 24 kHz PCM is 64 KB of base64. */
const MAX_PAYLOAD_BYTES = 256 * 1024;
const MAX_BACKPRESSURE_BYTES = 8 * 1024 * 1024;
const IDLE_TIMEOUT_S = 60;
const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;
/** A browser sends 10 to 50 messages a second; after a stall they come at once. */
const ALLOWANCE = { burst: 500, perSecond: 200 };
const POLICY_VIOLATION = 1008;

export function browserVoice(edge: BrowserEdge): SocketPort {
  return {
    path: '/ws/voice/:session_id',
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    idleTimeoutS: IDLE_TIMEOUT_S,
    maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
    upgrade({ params, query }): Upgrade {
      const admitted = admit(edge, params['session_id'] ?? '', new URLSearchParams(query));
      if ('status' in admitted) return { kind: 'reject', ...admitted };
      return {
        kind: 'accept',
        open(socket) {
          const allowance = new FrameAllowance(ALLOWANCE.burst, ALLOWANCE.perSecond, () => performance.now());
          const listener = edge.desk.join(admitted, socket);
          return { ...listener, message: limited(listener, allowance, () => socket.close(POLICY_VIOLATION, 'flood')) };
        },
      };
    },
  };
}

function limited(listener: SocketListener, allowance: FrameAllowance, cut: () => void): SocketListener['message'] {
  return (bytes, isBinary) => {
    if (allowance.take()) listener.message(bytes, isBinary);
    else cut();
  };
}

type Refusal = { readonly status: number; readonly detail: string };

function admit(edge: BrowserEdge, sessionId: string, query: URLSearchParams): BrowserJoin | Refusal {
  if (!SESSION_ID.test(sessionId)) {
    return { status: 400, detail: 'The session id must be 1 to 128 letters, digits, dashes or underscores.' };
  }
  const format = query.get('format') ?? 'pcm';
  if (format !== 'pcm' && format !== 'pcmu') return { status: 400, detail: 'The format must be pcm or pcmu.' };
  const join = { sessionId, format: format === 'pcm' ? 'audio/pcm' : 'audio/pcmu' } as const;
  const token = query.get('token');
  if (token === null && !edge.needsToken) return { ...join, clinicId: query.get('clinic') };
  const clinicId = clinicOfBrowserToken(edge.sessionSecret, sessionId, token ?? '', edge.now());
  if (clinicId !== null) return { ...join, clinicId };
  return { status: 401, detail: 'A token of this session is needed: ask POST /api/browser-calls for one.' };
}
