/**
 * `POST /twilio/voice/continue`: a stream, a dial to staff or a voicemail ended; what does the caller hear next? The same
 * is asked as a number's fallback, where a node died with the question in its hands.
 */
import type { z } from 'zod';
import { networkSentences } from '../../domain/network-sentences.ts';
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { ContinueForm } from '../../twilio/form.ts';
import { sayAndHangUpTwiml } from '../../twilio/twiml.ts';
import { continuationAnswer } from '../continuation-answer.ts';
import type { Route } from '../route.ts';
import { spokenAnswer } from '../spoken-answer.ts';
import { languageIn, readWebhook, staffTriedIn, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

export function twilioVoiceContinue(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.voiceContinue,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      const form = readWebhook(edge, request, ContinueForm);
      return spokenAnswer(edge.events, request, () => answer(edge, form, request.query));
    },
  };
}

async function answer(edge: TwilioEdge, form: z.output<typeof ContinueForm>, query: string): Promise<string> {
  const { callSid, streamSid, callStatus, dialCallStatus, dialBridged, recording, from, to, calledNumber } = form;
  const soFar = form.failedQuery ?? query;
  const language = languageIn(soFar);
  if (recording !== null) {
    const clinic = await edge.desk.keepVoicemail({ callSid, from, to, recording });
    const spoken = language ?? clinic.language;
    return sayAndHangUpTwiml(networkSentences(spoken).messageTaken, spoken);
  }
  const next = await edge.desk.continueCall({
    callSid,
    from,
    to,
    streamSid,
    callStatus,
    dialCallStatus,
    dialBridged,
    staffTried: staffTriedIn(soFar),
    language,
  });
  return continuationAnswer(edge, { callSid, calledNumber }, next);
}
