/** A call that broke off for good goes on by text: what there is to say, and the slot that stays held. */
import { createHash } from 'node:crypto';
import { serviceById } from '../domain/clinic.ts';
import { chosenOffer } from '../domain/dealings.ts';
import { holdOf } from '../domain/holds.ts';
import type { CutOff } from '../domain/texting.ts';
import { carriedOn } from '../receptionist/cut-off.ts';
import type { TextDeskOptions } from './text-desk.ts';

/** Goes on in writing with a caller whose call broke off for good; a time that they had chosen is kept for them. */
export async function goOnByText(
  options: Pick<TextDeskOptions, 'book' | 'directory' | 'bookings' | 'events' | 'now'>,
  cut: CutOff,
): Promise<void> {
  const { book, directory, bookings, events, now } = options;
  try {
    const clinic = await directory.byId(cut.clinicId);
    const thread = clinic && carriedOn(cut, clinic, idAfter(cut.conversationId), now());
    if (!clinic || !thread || !(await book.open(thread))) return;
    const { clinicId, conversation } = thread;
    const { conversationId, dealings } = conversation;
    events.emit('call.started', { clinicId, conversationId, channel: 'sms' });
    const chosen = chosenOffer(dealings);
    const service = chosen && serviceById(clinic, chosen.serviceId);
    if (!chosen || !service) return;
    // The call may not have let go of it yet.
    await bookings.release(cut.clinicId, cut.conversationId);
    await bookings.hold(holdOf(chosen, service, clinic, { conversationId, movingId: dealings.moving, now: now() }));
  } catch (error) {
    events.emit('dependency.lost', { name: 'postgres', error });
  }
}

/** The id of what follows a conversation: always the same. */
function idAfter(conversationId: string): string {
  const digest = createHash('sha256').update(`text after ${conversationId}`).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}
