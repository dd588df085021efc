/** `POST /twilio/sms/status`: what became of a message that was sent. Which one it is stands in the URL, which Twilio signs. */
import { z } from 'zod';
import type { OutgoingText, TextBook } from '../../domain/texts.ts';
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { MessageStatusForm } from '../../twilio/form.ts';
import { HttpError, noContent, type Route } from '../route.ts';
import { publicUrlOf, readWebhook, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

const Which = z.object({ clinic: z.uuid(), text: z.uuid() });

/** Where what becomes of a message is to be told. */
export function smsStatusUrlOf(edge: Pick<TwilioEdge, 'publicUrl'>, { clinicId, id }: OutgoingText): string {
  return `${publicUrlOf(edge, TWILIO_PATHS.smsStatus)}?clinic=${clinicId}&text=${id}`;
}

export function twilioSmsStatus(edge: TwilioEdge, book: Pick<TextBook, 'report'>): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.smsStatus,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    async handle(request) {
      const { sid, status, code } = readWebhook(edge, request, MessageStatusForm);
      const which = Which.safeParse(Object.fromEntries(new URLSearchParams(request.query)));
      if (!which.success) throw new HttpError(400, 'The URL must name the message: ?clinic=ID&text=ID.');
      const { clinic: clinicId, text: textId } = which.data;
      await book.report({ clinicId, textId, sid, status, code });
      edge.events.emit('text.reported', { clinicId, status, code });
      return noContent();
    },
  };
}
