/**
 * Whose appointments a conversation may touch: those under the number that the caller calls from, those that they could
 * name by phone number and name, and those made in this conversation. To anybody else an appointment that is somebody's
 * and one that does not exist are the same: no answer may tell them apart.
 */
import { z } from 'zod';
import { type Clinic, providerById, serviceById } from '../../domain/clinic.ts';
import { isoWithOffset, MINUTE_MS } from '../../domain/clinic-time.ts';
import { mayChange } from '../../domain/policy.ts';
import type { Appointment, BookedAppointment } from '../../domain/ports.ts';
import { onDay, spokenMoment } from '../../domain/spoken.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { failed, type Resolved, type ToolContext } from './tool.ts';

export const appointmentName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .describe('The appointment_id that find_appointments or book_appointment answered.');

/** An appointment of the caller's by its id, whatever became of it. */
export async function callersAppointment(id: string, context: ToolContext): Promise<Resolved<BookedAppointment>> {
  const { clinic, bookings, callerPhone, dealings } = context;
  const found = z.guid().safeParse(id).success ? await bookings.appointment(clinic.id, id.toLowerCase()) : undefined;
  const isTheirs = found && (found.customerPhone === callerPhone || dealings.theirs.includes(found.id));
  return isTheirs ? { ok: found } : { failure: await notTheirs(context) };
}

/** As `callersAppointment`, where it can still be moved or cancelled. */
export async function appointmentToChange(id: string, context: ToolContext): Promise<Resolved<BookedAppointment>> {
  const theirs = await callersAppointment(id, context);
  return 'failure' in theirs ? theirs : changeable(theirs.ok, context);
}

/** The same appointment, where it can still be moved or cancelled. */
export function changeable(appointment: BookedAppointment, context: ToolContext): Resolved<BookedAppointment> {
  const { status, startsAt } = appointment;
  if (status !== 'confirmed' || startsAt <= context.now()) return { failure: overAlready(appointment, context) };
  if (!mayChange(context.clinic, startsAt, context.now())) return { failure: tooLate(appointment, context) };
  return { ok: appointment };
}

/** So shortly before its time only staff may change it. */
function tooLate(appointment: BookedAppointment, context: ToolContext): ToolOutcome {
  const { spoken } = toldAppointment(appointment, context);
  const sentence = `Your appointment for ${spoken} is so soon that only our team can change it. Shall I put you through, or take a message?`;
  return failed('against_policy', sentence, {
    guidance: 'Nothing was changed. Use transfer_to_staff or take_message, as the caller likes.',
  });
}

/** The caller's own appointments to come, as far as their number says. */
export async function underTheirNumber({ clinic, bookings, callerPhone, now }: ToolContext) {
  return callerPhone === null ? [] : bookings.appointmentsOf(clinic.id, callerPhone, now());
}

async function notTheirs(context: ToolContext): Promise<ToolOutcome> {
  const own = await underTheirNumber(context);
  const sentence = "I'm sorry, I can't find that appointment for you. What name and phone number is it under?";
  return failed('not_callers_appointment', sentence, {
    appointments: own.map((each) => toldAppointment(each, context)),
    guidance:
      'Use an appointment_id that was answered for this caller, or call find_appointments with the name and phone ' +
      'number that they give. Never say whether anybody else has an appointment.',
  });
}

/** It is theirs, so they may know. */
export function overAlready(appointment: BookedAppointment, context: ToolContext): ToolOutcome {
  const { spoken } = toldAppointment(appointment, context);
  const why = appointment.status === 'cancelled' ? 'is cancelled already' : 'can no longer be changed';
  return failed('appointment_not_found', `Your appointment for ${spoken} ${why}. What would you like to do?`, {
    guidance:
      'Nothing was changed. Offer to look for their other appointments, to book a new one, or to take a message.',
  });
}

/** An appointment as a model reads it out and names it. */
export interface ToldAppointment {
  readonly appointment_id: string;
  /** ISO 8601 with the clinic's offset. */
  readonly starts_at: string;
  readonly service: string;
  readonly provider: string;
  /** "Botox tomorrow, Tuesday, November 24th at 2 PM with Priya Sharma" */
  readonly spoken: string;
}

export function toldAppointment(appointment: Appointment, { clinic, now }: ToolContext): ToldAppointment {
  // A clinic may have dropped a service, or parted with somebody, since it was booked.
  const service = serviceById(clinic, appointment.serviceId)?.name ?? 'your visit';
  const provider = providerById(clinic, appointment.providerId)?.name ?? 'our team';
  const moment = spokenMoment(appointment.startsAt, now(), clinic);
  return {
    appointment_id: appointment.id,
    starts_at: isoWithOffset(appointment.startsAt, clinic.timeZone),
    service,
    provider,
    spoken: `${service} ${onDay(moment)} with ${provider}`,
  };
}

/** From when on times may be booked: one that becomes free before is of no use to anybody who waits. */
export function bookableFrom(clinic: Clinic, now: number): number {
  return now + clinic.rules.noticeMinutes * MINUTE_MS;
}
