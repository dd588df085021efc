/** Staff's telephones: which is dialled next, what became of a dial, and what is heard by whoever picks up. */
import type { StaffMiss } from '../../actors/call/messages.ts';
import type { Clinic } from '../domain/clinic.ts';
import { networkSentences } from '../domain/network-sentences.ts';
import type { CallContinuation, StaffSummary } from '../http/front-desk.ts';

/** The line to dial after so many; a voicemail where there is none. `language`: the caller's, where it is known. */
export function staffLine(clinic: Clinic | undefined, staffTried: number, language = clinic?.language ?? 'en') {
  const staffPhone = clinic?.staffPhones[staffTried] ?? null;
  return { kind: 'staff', staffPhone, staffTried, clinic: { name: clinic?.name ?? '', language } } as const;
}

/** Whether one is left after so many. */
export function isLineLeft(clinic: Clinic | undefined, staffTried: number): boolean {
  return staffTried < (clinic?.staffPhones.length ?? 0);
}

const MISSES: Readonly<Record<string, StaffMiss>> = { busy: 'busy', 'no-answer': 'no_answer', canceled: 'no_answer' };

/** Why a dial reached nobody; null where staff took the call. */
export function missOf({ dialCallStatus, dialBridged }: CallContinuation): StaffMiss | null {
  if (dialCallStatus === 'completed' || dialCallStatus === 'answered') return dialBridged === false ? 'declined' : null;
  return MISSES[dialCallStatus ?? ''] ?? 'failed';
}

/** What staff hear: the number digit by digit, and the reason in the words of whoever gave it. `language`: the clinic's. */
export function summaryOf(callerPhone: string | null, reason: string | null, language: string): StaffSummary {
  const digits = callerPhone?.replace(/\D/g, '').split('').join(' ') ?? null;
  const why = reason ? ` ${reason.replace(/[.!?]*$/, '.')}` : '';
  return { sentence: `${networkSentences(language).callFrom(digits)}${why}`, language };
}
