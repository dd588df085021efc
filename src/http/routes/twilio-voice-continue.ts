/** `POST /twilio/voice/continue`: a stream, a dial to staff or a voicemail ended; what does the caller hear next? */
import type { z } from 'zod';
import { ContinueForm } from '../../twilio/form.ts';
import { hangUpTwiml, sayAndHangUpTwiml, staffTwiml } from '../../twilio/twiml.ts';
import type { Route } from '../route.ts';
import { spokenAnswer } from '../spoken-answer.ts';
import { publicUrlOf, readWebhook, TWILIO_PATHS, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

const MESSAGE_TAKEN = 'Thank you. Your message was recorded. Goodbye.';

export function twilioVoiceContinue(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.voiceContinue,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      const form = readWebhook(edge, request, ContinueForm);
      return spokenAnswer(edge.events, request, () => answer(edge, form));
    },
  };
}

async function answer(edge: TwilioEdge, form: z.output<typeof ContinueForm>): Promise<string> {
  if (form.hasRecording) return sayAndHangUpTwiml(MESSAGE_TAKEN);
  const { callSid, streamSid, callStatus, dialCallStatus } = form;
  const next = await edge.desk.continueCall({ callSid, streamSid, callStatus, dialCallStatus });
  if (next.kind === 'hang_up') return hangUpTwiml();
  if (next.kind === 'say_and_hang_up') return sayAndHangUpTwiml(next.sentence);
  const { sentence, staffPhone, clinicName } = next;
  const actionUrl = publicUrlOf(edge, TWILIO_PATHS.voiceContinue);
  return staffTwiml({ sentence, staffPhone, clinicName, callerId: form.calledNumber, actionUrl });
}
