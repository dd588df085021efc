/** A call that broke off for good goes on by text: what there is to say, and the slot that stays held. */
import { createHash } from 'node:crypto';
import { serviceById } from '../domain/clinic.ts';
import { chosenOffer } from '../domain/dealings.ts';
import { holdOf } from '../domain/holds.ts';
import type { CutOff, OpenedThread } from '../domain/texting.ts';
import { carriedOn } from '../receptionist/cut-off.ts';
import { endThread, type TextDeskOptions } from './text-desk.ts';

type CutOffOptions = Pick<TextDeskOptions, 'book' | 'directory' | 'bookings' | 'events' | 'now'>;

/** Goes on in writing with a caller whose call broke off for good; a time that they had chosen is kept for them. */
export async function goOnByText(options: CutOffOptions, cut: CutOff): Promise<void> {
  const { directory, bookings, events, now } = options;
  try {
    const clinic = await directory.byId(cut.clinicId);
    const thread = clinic && carriedOn(cut, clinic, idAfter(cut.conversationId), now());
    if (!clinic || !thread || !(await isOpened(options, thread))) return;
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

/** What they wrote before they called is over with the call, unless something of it still waits for an answer. */
async function isOpened(options: CutOffOptions, thread: OpenedThread): Promise<boolean> {
  const { book } = options;
  if (await book.open(thread)) return true;
  const before = await book.idle(thread.clinicId, thread.phone);
  return before !== null && (await endThread(options, before, 'call')) && book.open(thread);
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
