/** `POST /twilio/voice/continue`: a stream, a dial to staff or a voicemail ended; what does the caller hear next? */
import type { z } from 'zod';
import { ContinueForm } from '../../twilio/form.ts';
import { hangUpTwiml, sayAndHangUpTwiml, staffTwiml } from '../../twilio/twiml.ts';
import type { Route } from '../route.ts';
import { spokenAnswer } from '../spoken-answer.ts';
import {
  continueUrlOf,
  readWebhook,
  staffTriedIn,
  streamAnswer,
  TWILIO_PATHS,
  type TwilioEdge,
  WEBHOOK_BODY_BYTES,
} from '../twilio-edge.ts';
import { whisperUrlOf } from './twilio-voice-whisper.ts';

const MESSAGE_TAKEN = 'Thank you. Your message was recorded. Goodbye.';

export function twilioVoiceContinue(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.voiceContinue,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      const form = readWebhook(edge, request, ContinueForm);
      return spokenAnswer(edge.events, request, () => answer(edge, form, staffTriedIn(request.query)));
    },
  };
}

async function answer(edge: TwilioEdge, form: z.output<typeof ContinueForm>, staffTried: number): Promise<string> {
  const { callSid, streamSid, callStatus, dialCallStatus, dialBridged, recording, from, to } = form;
  if (recording !== null) {
    await edge.desk.keepVoicemail({ callSid, from, to, recording });
    return sayAndHangUpTwiml(MESSAGE_TAKEN);
  }
  const next = await edge.desk.continueCall({
    callSid,
    to,
    streamSid,
    callStatus,
    dialCallStatus,
    dialBridged,
    staffTried,
  });
  if (next.kind === 'hang_up') return hangUpTwiml();
  if (next.kind === 'say_and_hang_up') return sayAndHangUpTwiml(next.sentence);
  if (next.kind === 'stream') return streamAnswer(edge, { ...next, callSid });
  const { sentence, staffPhone, clinicName, whispered } = next;
  const actionUrl = continueUrlOf(edge, staffPhone === null ? 0 : next.staffTried + 1);
  const whisperUrl = whispered ? whisperUrlOf(edge, callSid) : null;
  return staffTwiml({ sentence, staffPhone, clinicName, callerId: form.calledNumber, actionUrl, whisperUrl });
}
