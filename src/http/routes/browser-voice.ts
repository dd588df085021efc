/** `WS /ws/voice/{session_id}`: a call from a browser. Who may come in is decided at the upgrade, all else by the session. */
import type { BrowserEdge, BrowserJoin } from '../browser-edge.ts';
import { passOfBrowserToken } from '../browser-tokens.ts';
import type { SocketPort, Upgrade } from '../sockets.ts';

/** A session says itself that a message is too large; a larger one yet ends the connection. */
const MAX_PAYLOAD_BYTES = 2 * 1024 * 1024;
/** All that may be unheard is sent at once to a browser that comes back: three minutes of 24 kHz PCM are 12 MB. */
const MAX_BACKPRESSURE_BYTES = 16 * 1024 * 1024;
const IDLE_TIMEOUT_S = 60;
const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/;

export function browserVoice(edge: BrowserEdge): SocketPort {
  return {
    path: '/ws/voice/:session_id',
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    idleTimeoutS: IDLE_TIMEOUT_S,
    maxBackpressureBytes: MAX_BACKPRESSURE_BYTES,
    upgrade({ params, query }): Upgrade {
      const admitted = admit(edge, params['session_id'] ?? '', new URLSearchParams(query));
      if ('status' in admitted) return { kind: 'reject', ...admitted };
      return { kind: 'accept', open: (socket) => edge.desk.join(admitted, socket) };
    },
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
  if (token === null && !edge.needsToken) return { ...join, clinicId: query.get('clinic'), tokenLifeS: null };
  const pass = passOfBrowserToken(edge.sessionSecret, sessionId, token ?? '', edge.now());
  // One that is out of date still resumes a call, which any node may have: the desk knows.
  if (pass !== null) return { ...join, clinicId: pass.clinicId, tokenLifeS: pass.lifeS };
  return { status: 401, detail: 'A token of this session is needed: ask POST /api/browser-calls for one.' };
}
