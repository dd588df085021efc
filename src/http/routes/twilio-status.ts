/** `POST /twilio/status`: what became of a call, in Twilio's words; nothing to answer. */
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { CallStatusForm } from '../../twilio/form.ts';
import { noContent, type Route } from '../route.ts';
import { readWebhook, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

export function twilioStatus(edge: TwilioEdge): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.status,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    handle(request) {
      edge.desk.callStatus(readWebhook(edge, request, CallStatusForm));
      return noContent();
    },
  };
}
