import { z } from 'zod';
import { bookableDays, type DayRange, within } from '../../domain/availability.ts';
import { addDays, instantOrSkip, wallClock } from '../../domain/clinic-time.ts';
import { readablePhone } from '../../domain/phone-numbers.ts';
import { spokenDay } from '../../domain/spoken.ts';
import { phoneOf } from './phone.ts';
import { answered, defineTool, failed, optionalText, personName, type Resolved, type ToolContext } from './tool.ts';
import { resolveProvider, resolveService } from './wish.ts';
import { dayIn } from './wished-when.ts';

const schema = z.object({
  service: z.string().trim().min(1).max(120).describe('The service, in the caller’s words.'),
  earliest_date: optionalText(40, 'First day on which they would come, YYYY-MM-DD. Leave out for any.'),
  latest_date: optionalText(40, 'Last day on which they would come, YYYY-MM-DD. Leave out for any.'),
  provider: optionalText(120, 'Only when the caller asked for somebody by name.'),
  customer_name: personName,
  customer_phone: optionalText(60, 'Leave out to use the number the caller is calling from.'),
});

export const joinWaitlist = defineTool({
  name: 'join_waitlist',
  description:
    'Puts the caller on the waitlist for a service, for where no time suits them. Say that they are on it only when this ' +
    'answers with success, and say it in the words of `spoken`. Never promise that a time will become free.',
  schema,
  async run(args, context) {
    const { clinic, conversationId, bookings } = context;
    const service = resolveService(args.service, clinic);
    if ('failure' in service) return service.failure;
    const provider = resolveProvider(args.provider, service.ok, clinic);
    if ('failure' in provider) return provider.failure;
    const days = wantedDays(args.earliest_date, args.latest_date, context);
    if ('failure' in days) return days.failure;
    const phone = phoneOf(args.customer_phone, context);
    if ('failure' in phone) return phone.failure;
    const { from, to } = days.ok;
    const waitlistId = await bookings.joinWaitlist({
      clinicId: clinic.id,
      conversationId,
      serviceId: service.ok.id,
      providerId: provider.ok?.id ?? null,
      from: instantOrSkip(from, 0, clinic.timeZone),
      until: to === null ? null : instantOrSkip(addDays(to, 1), 0, clinic.timeZone),
      customerName: args.customer_name,
      customerPhone: phone.ok,
    });
    const who = provider.ok ? ` with ${provider.ok.name}` : '';
    const reachedAt = readablePhone(phone.ok, clinic.phone);
    const spoken = `You're on the waitlist for ${service.ok.name}${who}${spokenSpan(days.ok, context)}, ${args.customer_name}. The number we have for you is ${reachedAt}.`;
    return answered({ waitlist_id: waitlistId, spoken }, [{ type: 'waitlisted' }]);
  },
});

interface WantedDays {
  readonly from: DayRange['from'];
  /** Null: however late. */
  readonly to: DayRange['to'] | null;
}

function wantedDays(
  earliest: string | undefined,
  latest: string | undefined,
  { clinic, now }: ToolContext,
): Resolved<WantedDays> {
  const bookable = bookableDays(clinic, now());
  const [first, last] = [dayIn(earliest, clinic, now()), dayIn(latest, clinic, now())];
  if (first === 'unreadable' || last === 'unreadable') {
    const details = 'earliest_date and latest_date are YYYY-MM-DD';
    return { failure: failed('invalid_arguments', 'Which days would suit you?', { details }) };
  }
  const from = first.days?.from ?? bookable.from;
  const to = last.days?.to ?? null;
  if (to !== null && to < bookable.from) {
    return { failure: failed('slot_in_past', 'Those days have already passed. Which days would suit you?') };
  }
  if (to !== null && to < from) {
    const details = 'latest_date is before earliest_date';
    return { failure: failed('invalid_arguments', 'Which days would suit you?', { details }) };
  }
  const inside = within({ from, to: to ?? bookable.to }, bookable);
  if (!inside) {
    const sentence = `We book up to ${spokenDay(bookable.to, bookable.from)}. Would days before that work for you?`;
    return { failure: failed('outside_booking_window', sentence, { last_date: bookable.to }) };
  }
  return { ok: { from: inside.from, to } };
}

/** " from Monday, November 30th until Friday, December 4th" */
function spokenSpan({ from, to }: WantedDays, { clinic, now }: ToolContext): string {
  const today = wallClock(now(), clinic.timeZone).date;
  const after = from > today ? ` from ${spokenDay(from, today)}` : '';
  return to === null ? after : `${after} until ${spokenDay(to, today)}`;
}
