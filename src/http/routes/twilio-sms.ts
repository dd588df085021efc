/**
 * `POST /twilio/sms`: a text message came in. Answered once it is stored, with nothing to send: what is answered is sent
 * through the REST API. Where it cannot be stored in time Twilio is to try again.
 */
import type { ClinicDirectory } from '../../domain/ports.ts';
import { textLength } from '../../domain/text-length.ts';
import type { ThreadBook } from '../../domain/texting.ts';
import { TWILIO_PATHS } from '../../twilio/addresses.ts';
import { InboundTextForm } from '../../twilio/form.ts';
import { emptyTwiml } from '../../twilio/twiml.ts';
import { HttpError, type Route, xml } from '../route.ts';
import { readWebhook, type TwilioEdge, WEBHOOK_BODY_BYTES } from '../twilio-edge.ts';

export interface TextInbox {
  readonly directory: Pick<ClinicDirectory, 'byPhone'>;
  readonly book: Pick<ThreadBook, 'receive'>;
}

const STORED_WITHIN_MS = 1_000;

export function twilioSms(edge: TwilioEdge, { directory, book }: TextInbox): Route {
  return {
    method: 'POST',
    path: TWILIO_PATHS.sms,
    bodyLimitBytes: WEBHOOK_BODY_BYTES,
    async handle(request) {
      const { from, to, ...text } = readWebhook(edge, request, InboundTextForm);
      const store = async (): Promise<void> => {
        const clinic = await directory.byPhone(to);
        if (clinic === undefined || from === null) {
          edge.events.emit('call.refused', { reason: clinic === undefined ? 'unknown_number' : 'no_telephone' });
          return;
        }
        if ((await book.receive({ clinicId: clinic.id, from, to, ...text })) === 'repeated') return;
        const costUsd = textLength(text.body).segments * clinic.texting.segmentUsd;
        edge.events.emit('text.received', { clinicId: clinic.id, costUsd });
      };
      await within(STORED_WITHIN_MS, store()).catch((error: unknown) => {
        edge.events.emit('store.failed', { what: 'text', error });
        throw new HttpError(503, 'The message could not be stored. Send it again.', { 'retry-after': '5' });
      });
      return xml(emptyTwiml());
    },
  };
}

/** Whatever becomes of it later: stored twice, a message is one. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stored within ${ms} ms`)), ms);
  });
  work.catch(() => undefined);
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
