/** The watch over calls as a node has it: over Twilio's REST API, with the documents that its webhooks answer, too. */
import type { Config } from '../../ops/config.ts';
import type { Lifecycle } from '../../ops/lifecycle.ts';
import { tracedFetch } from '../../ops/traced-fetch.ts';
import type { Traces } from '../../ops/traces.ts';
import type { CallWatch } from '../domain/call-watch.ts';
import type { Events } from '../domain/events.ts';
import { continuationAnswer } from '../http/continuation-answer.ts';
import type { TwilioEdge } from '../http/twilio-edge.ts';
import { phoneNumber } from '../twilio/caller-number.ts';
import { twilioCalls } from '../twilio/calls.ts';
import type { Switchboard } from './switchboard.ts';
import { Watchdog } from './watchdog.ts';

interface WatchParts {
  readonly watch: CallWatch;
  readonly switchboard: Switchboard;
  readonly edge: TwilioEdge;
}

/** Longer than what is asked about one call may take. */
const CLOSE_MS = 8_000;

export function openWatchdog(
  { config, events, traces }: { readonly config: Config; readonly events: Events; readonly traces: Traces },
  { watch, switchboard: desk, edge }: WatchParts,
  lifecycle: Lifecycle,
): Promise<Watchdog> {
  const { accountSid, authToken, apiBaseUrl: baseUrl } = config.twilio;
  const asking = tracedFetch(traces.tracing, 'twilio');
  const watchdog = new Watchdog({
    watch,
    desk,
    network: twilioCalls({ accountSid, authToken: authToken.reveal(), baseUrl, fetch: asking }),
    documentOf: ({ callSid, to }, next) => continuationAnswer(edge, { callSid, calledNumber: phoneNumber(to) }, next),
    events,
    resumeMs: config.calls.resumeTtlS * 1_000,
  });
  return lifecycle.add(
    'watchdog',
    () => {
      watchdog.start();
      return watchdog;
    },
    (opened) => opened.close(),
    { closeMs: CLOSE_MS },
  );
}
