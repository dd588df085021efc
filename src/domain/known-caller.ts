/** What a clinic knows of whoever calls from a number, as a port: name, appointments, and what they were just texting about. */
import type { PhoneNumber } from './clinic.ts';

export interface TextedLine {
  readonly by: 'customer' | 'assistant';
  readonly text: string;
}

export interface KnownAppointment {
  readonly appointmentId: string;
  readonly service: string;
  readonly provider: string;
  /** ISO 8601 with the clinic's offset. */
  readonly startsAt: string;
}

export interface KnownCaller {
  /** The name the number is on file with; null where it is not. */
  readonly name: string | null;
  /** The next of those to come under their number, the soonest first. */
  readonly appointments: readonly KnownAppointment[];
  /** The conversation by text that is under way, oldest first; empty where none is. */
  readonly texted: readonly TextedLine[];
}

/** Rejects where it is out of reach. */
export type RecogniseCaller = (clinicId: string, phone: PhoneNumber) => Promise<KnownCaller>;
