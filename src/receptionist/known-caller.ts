/** What a model is told of a caller whom the clinic knows. */
import type { KnownAppointment, KnownCaller } from '../domain/known-caller.ts';

/** As much of a thread as its end needs to be understood. */
const LINES = 12;
const CHARACTERS = 300;

/** One sentence, by telephone and in writing. */
export function onFileAs(name: string): string {
  return `The number is on file as ${name}: use that name for a booking unless they say it is for somebody else.`;
}

/** Null where nothing is known. */
export function knownCallerNote({ name, appointments, texted }: KnownCaller): string | null {
  const facts = [
    ...(name === null ? [] : [onFileAs(name)]),
    ...appointments.map(underTheirNumber),
    ...(texted.length === 0 ? [] : [textedBefore(texted)]),
  ];
  return facts.length === 0 ? null : facts.join('\n');
}

function underTheirNumber({ appointmentId, service, provider, startsAt }: KnownAppointment): string {
  return `Under their number there is an appointment: ${service} with ${provider} at ${startsAt} (appointment_id ${appointmentId}).`;
}

/** As JSON, so that nothing they wrote reads as one of our sentences. */
function textedBefore(texted: KnownCaller['texted']): string {
  const lines = texted.slice(-LINES).map(({ by, text }) => ({ [by]: text.slice(0, CHARACTERS) }));
  return `They were texting with you before this call, and may go on with it; do not ask again for what they wrote there, and look up anew any time that was offered: ${JSON.stringify(lines)}`;
}
