/** An appointment as staff read it in their calendar. */
import type { PhoneNumber } from './clinic.ts';
import { readablePhone } from './phone-numbers.ts';
import type { Channel } from './ports.ts';

export interface AppointmentFacts {
  readonly service: string;
  readonly minutes: number;
  readonly provider: string;
  readonly customer: { readonly name: string; readonly phone: PhoneNumber; readonly email: string | null };
  readonly notes: string | null;
  readonly channel: Channel;
  /** The clinic's own number: customers of the same country are shown without its code. */
  readonly clinicPhone: PhoneNumber;
}

/** Longest note that is shown; a calendar takes 8,192 characters of description. */
const NOTE_LENGTH = 2_000;
const LINE_LENGTH = 300;

const BOOKED: Readonly<Record<Channel, string>> = {
  voice: 'Booked by phone with Ava.',
  web: 'Booked on the website with Ava.',
  sms: 'Booked by text message with Ava.',
};

/** "Botox: Ada Quinn". */
export function appointmentSummary({ service, customer }: AppointmentFacts): string {
  return line(`${service}: ${customer.name}`);
}

/** One fact a line. */
export function appointmentDescription(facts: AppointmentFacts): string {
  const { customer, notes } = facts;
  return [
    line(`Service: ${facts.service} (${facts.minutes} minutes)`),
    line(`Provider: ${facts.provider}`),
    line(`Customer: ${customer.name}`),
    line(`Phone: ${readablePhone(customer.phone, facts.clinicPhone)}`),
    ...(customer.email === null ? [] : [line(`Email: ${customer.email}`)]),
    ...(notes === null || notes.trim() === '' ? [] : [`Notes: ${plain(notes, NOTE_LENGTH)}`]),
    '',
    BOOKED[facts.channel],
  ].join('\n');
}

function line(text: string): string {
  return plain(text, LINE_LENGTH);
}

/** On one line, so that nothing a caller says looks like a fact of ours; calendars show HTML, so no tag is left in it. */
function plain(text: string, length: number): string {
  return text.replace(/\s+/g, ' ').replaceAll('<', '‹').replaceAll('>', '›').trim().slice(0, length);
}
