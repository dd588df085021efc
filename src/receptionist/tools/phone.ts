import type { PhoneNumber } from '../../domain/clinic.ts';
import { phoneNumberIn } from '../../domain/phone-numbers.ts';
import { failed, type Resolved, type ToolContext } from './tool.ts';

/** Where the caller can be reached: what they gave, else the number they call from. */
export function phoneOf(given: string | undefined, { clinic, callerPhone }: ToolContext): Resolved<PhoneNumber> {
  const phone = given ? phoneNumberIn(given, clinic.phone) : callerPhone;
  if (phone) return { ok: phone };
  const sentence = given
    ? "I'm sorry, I didn't get that phone number. Could you say it once more, digit by digit?"
    : 'What phone number can we reach you at?';
  const details = 'customer_phone is needed and must be a phone number';
  return { failure: failed('invalid_arguments', sentence, { details }) };
}
