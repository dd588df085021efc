/** Why a tool could not do what was asked: the closed set of the contract. Each edge maps it once (speech, HTTP, jobs). */
export const FAILURE_CODES = [
  'invalid_arguments',
  'unknown_service',
  'unknown_provider',
  'provider_not_available_for_service',
  'slot_not_offered',
  'slot_taken',
  'slot_in_past',
  'outside_booking_window',
  'against_policy',
  'appointment_not_found',
  'not_callers_appointment',
  'calendar_unavailable',
  'internal_error',
  'timeout',
] as const;

export type FailureCode = (typeof FAILURE_CODES)[number];
