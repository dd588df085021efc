/** Staff's telephones: which is dialled next, what became of a dial, and what is heard by whoever picks up. */
import type { StaffMiss } from '../../actors/call/messages.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { CallContinuation } from '../http/front-desk.ts';

/** The line to dial after so many; a voicemail where there is none. `language`: the caller's, where it is known. */
export function staffLine(clinic: Clinic | undefined, staffTried: number, language = clinic?.language ?? 'en') {
  const staffPhone = clinic?.staffPhones[staffTried] ?? null;
  const callerLanguage = clinic && language !== clinic.language ? language : null;
  return {
    kind: 'staff',
    staffPhone,
    staffTried,
    clinic: { name: clinic?.name ?? '', language },
    callerLanguage,
  } as const;
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

/** However the phone network calls it: who heard the whisper (`isTold`) and did not press a key did not take the call. */
export function missOfTold(continuation: CallContinuation, isTold: boolean): StaffMiss | null {
  const isDeclined = isTold && continuation.dialBridged !== true;
  return missOf(continuation) ?? (isDeclined ? 'declined' : null);
}

/** What staff hear: the number digit by digit, and the reason in the words of whoever gave it. */
export function summaryOf(callerPhone: string | null, reason: string | null): string {
  const from = callerPhone === null ? 'a withheld number' : callerPhone.replace(/\D/g, '').split('').join(' ');
  return `This is Ava with a call from ${from}.${reason ? ` ${reason.replace(/[.!?]*$/, '.')}` : ''}`;
}
