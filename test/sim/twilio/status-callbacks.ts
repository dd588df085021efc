/** Posts a call's status changes, in order, one at a time, each once. */
import type { Call } from './call.ts';
import type { CallStatus } from './call-events.ts';
import { sendForCall } from './documents.ts';
import type { Environment, StatusCallbackConfig } from './environment.ts';

const EVENT_OF: Partial<Record<CallStatus, string>> = {
  initiated: 'initiated',
  queued: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
};

/** What to call on each status change; pending posts are added to `posts`. */
export function statusReporter(
  config: StatusCallbackConfig,
  environment: Environment,
  posts: Set<Promise<void>>,
): (call: Call, status: CallStatus) => void {
  let sequence = 0;
  let previous: Promise<void> = Promise.resolve();
  return (call, status) => {
    if (!config.events.has(EVENT_OF[status] ?? 'completed')) return;
    const params = {
      CallStatus: status,
      SequenceNumber: String(sequence++),
      CallbackSource: 'call-progress-events',
      Timestamp: new Date().toUTCString().replace('GMT', '+0000'),
      ...durations(call),
    };
    const request = { purpose: 'status', url: config.url, method: config.method, params } as const;
    const post: Promise<void> = previous
      .then(() => sendForCall(request, call, environment))
      .then(() => undefined)
      .catch((error: unknown) => call.warn(`status callback: ${String(error)}`))
      .finally(() => posts.delete(post));
    posts.add(post);
    previous = post;
  };
}

/** Seconds, and minutes begun, of a call that is over. */
function durations(call: Call): Record<string, string> {
  if (call.end === undefined) return {};
  const seconds = Math.round(call.end.durationMs / 1000);
  return { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) };
}
