/** `POST /twilio/voice`: a telephone rings. Answered with a stream to talk over, or with the next best thing. */
import { networkSentences } from '../../domain/network-sentences.ts';
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { phoneNumber } from '../../twilio/caller-number.ts';
import { InboundCallForm } from '../../twilio/form.ts';
import { sayAndHangUpTwiml, staffTwiml } from '../../twilio/twiml.ts';
import type { Admission, CallOffer } from '../front-desk.ts';
import type { Route } from '../route.ts';
import { spokenAnswer } from '../spoken-answer.ts';
import { continueUrlOf, readWebhook, streamAnswer, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

const UNKNOWN_NUMBER = "We're sorry, this number is not in service. Please check the number and call again.";

/** Told twice of the same call (Twilio retries), it answers the same twice, each time with a token of its own. */
export function twilioVoice(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.voice,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      const call = readWebhook(edge, request, InboundCallForm);
      return spokenAnswer(edge.events, request, async () => answer(edge, call, await edge.desk.admit(call)));
    },
  };
}

function answer(edge: TwilioEdge, call: CallOffer, admission: Admission): string {
  if (admission.kind === 'stream') return streamAnswer(edge, { ...call, clinicId: admission.clinicId, brokeAt: null });
  if (admission.kind === 'unknown_number') {
    edge.events.emit('call.refused', { callSid: call.callSid, reason: 'unknown_number' });
    return sayAndHangUpTwiml(UNKNOWN_NUMBER);
  }
  const { staffPhone, clinic } = admission;
  const { busy, puttingThrough } = networkSentences(clinic.language);
  const sentence = staffPhone === null ? busy : `${busy} ${puttingThrough}`;
  const callerId = phoneNumber(call.to);
  const actionUrl = continueUrlOf(edge, { staffTried: staffPhone === null ? 0 : 1 });
  return staffTwiml({ sentence, staffPhone, clinic, callerId, actionUrl, whisperUrl: null });
}
