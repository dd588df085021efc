/** What a caller hears, and what a model is told, where a calendar can't be read: by cause. */
import type { CalendarTrouble, CalendarTroubleKind } from '../../domain/calendar.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { failed } from './tool.ts';

interface Telling {
  readonly sentence: string;
  /** Where the service gave no status that tells more. */
  readonly code: number;
}

const TELLINGS: Readonly<Record<CalendarTroubleKind, Telling>> = {
  calendar_gone: {
    sentence: "I'm having trouble accessing the calendar right now. Would you like me to put you through to our staff?",
    code: 404,
  },
  credentials: {
    sentence:
      "I'm having trouble accessing the calendar right now. " +
      'Would you like me to take your information and have someone call you back?',
    code: 401,
  },
  busy: {
    sentence: 'Our booking system is in high demand right now. Could we try that again in a moment?',
    code: 429,
  },
  unavailable: {
    sentence:
      'Our calendar is temporarily unavailable. May I take your details and have someone call you back to book this?',
    code: 503,
  },
  timeout: {
    sentence:
      'Our calendar is temporarily unavailable. May I take your details and have someone call you back to book this?',
    code: 504,
  },
  refused: {
    sentence: "I'm having trouble checking the calendar. Would you like to speak with our receptionist?",
    code: 500,
  },
};

export function calendarUnavailable({ kind, status }: CalendarTrouble): ToolOutcome {
  const { sentence, code } = TELLINGS[kind];
  // A refused permission comes as whatever status the token endpoint has for it.
  return failed('calendar_unavailable', sentence, {
    error_code: status === 0 || kind === 'credentials' ? code : status,
  });
}
