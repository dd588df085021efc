/**
 * `POST /twilio/voice/whisper`: staff picked up. They hear who calls and why, and press a key to be connected; the same
 * URL with `accepted` is asked for the key. Which call it is about stands in the URL, which Twilio signs.
 */
import { z } from 'zod';
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { emptyTwiml, whisperTwiml } from '../../twilio/twiml.ts';
import { Sid } from '../../twilio/wire.ts';
import { HttpError, type Route } from '../route.ts';
import { spokenAnswer } from '../spoken-answer.ts';
import { publicUrlOf, readWebhook, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

const WhisperForm = z.object({ Digits: z.string().max(32).optional() });
const NO_SUMMARY = 'A caller for the clinic.';

/** Where the whisper of a call is asked for. */
export function whisperUrlOf(edge: TwilioEdge, callSid: string): string {
  return `${publicUrlOf(edge, TWILIO_PATHS.voiceWhisper)}?call=${callSid}`;
}

export function twilioVoiceWhisper(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.voiceWhisper,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      readWebhook(edge, request, WhisperForm);
      const query = new URLSearchParams(request.query);
      const callSid = Sid.safeParse(query.get('call'));
      if (!callSid.success) throw new HttpError(400, 'The URL must name the call: ?call=CA…');
      return spokenAnswer(edge.events, request, () => answer(edge, callSid.data, query));
    },
  };
}

async function answer(edge: TwilioEdge, callSid: string, query: URLSearchParams): Promise<string> {
  if (query.has('accepted')) {
    edge.desk.staffTook(callSid);
    return emptyTwiml();
  }
  const sentence = (await edge.desk.staffSummary(callSid)) ?? NO_SUMMARY;
  return whisperTwiml({ sentence, acceptUrl: `${whisperUrlOf(edge, callSid)}&accepted=1` });
}
