/** A caller never meets an error page: whatever breaks while their webhook is answered, Twilio gets words to say. */
import type { Events } from '../domain/events.ts';
import { sayAndHangUpTwiml } from '../twilio/twiml.ts';
import { type HttpRequest, type Reply, xml } from './route.ts';

/** What the rest of Ava may take to decide; callers hear ringing or silence meanwhile. */
const DECISION_MS = 5_000;

const APOLOGY = "We're sorry, we can't take your call right now. Please try again in a few minutes.";

class DecisionTimeout extends Error {
  override readonly name = 'DecisionTimeout';
}

/** Runs `decide` within `limitMs`; what it throws is told of as `http.failed` and answered with an apology. */
export async function spokenAnswer(
  events: Events,
  request: HttpRequest,
  decide: () => Promise<string>,
  limitMs = DECISION_MS,
): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DecisionTimeout(`no decision within ${limitMs} ms`)), limitMs);
  });
  try {
    return xml(await Promise.race([decide(), late]));
  } catch (error) {
    events.emit('http.failed', {
      requestId: request.id,
      route: request.route,
      path: request.path,
      method: request.method,
      error,
    });
    return xml(sayAndHangUpTwiml(APOLOGY));
  } finally {
    clearTimeout(timer);
  }
}
