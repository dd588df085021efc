/** Phone numbers as callers give them and as they are kept. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { PhoneNumber } from './clinic.ts';

const DIGIT_WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/**
 * E.164 of a number in a caller's words: "+1 555 010 0142", "555-010-0142", "five five five, oh one oh…". Numbers with
 * no country code are the country of `home` (the clinic's own number). Undefined where it cannot be a number.
 */
export function phoneNumberIn(words: string, home: PhoneNumber): PhoneNumber | undefined {
  const digits = spokenDigits(words);
  const country = parsePhoneNumberFromString(home);
  const parsed = parsePhoneNumberFromString(
    digits,
    country?.country ? country.country : { defaultCallingCode: country?.countryCallingCode ?? '1' },
  );
  return parsed?.isPossible() ? parsed.number : undefined;
}

/** As people of `home`'s country write it, to be read or read out: "(212) 555-0142"; of another country "+44 20 7946 0958". */
export function readablePhone(phone: PhoneNumber, home: PhoneNumber): string {
  const parsed = parsePhoneNumberFromString(phone);
  if (!parsed) return phone;
  const isAtHome = parsed.countryCallingCode === parsePhoneNumberFromString(home)?.countryCallingCode;
  return isAtHome ? parsed.formatNational() : parsed.formatInternational();
}

function spokenDigits(words: string): string {
  return words
    .toLowerCase()
    .replace(/\bplus\b/g, '+')
    .replace(/\b(double|triple) (\w+)/g, (_, times: string, digit: string) =>
      Array.from({ length: times === 'double' ? 2 : 3 }, () => digit).join(' '),
    )
    .replace(/\b(oh|o)\b/g, '0')
    .replace(new RegExp(`\\b(${DIGIT_WORDS.join('|')})\\b`, 'g'), (word) => String(DIGIT_WORDS.indexOf(word)))
    .replace(/[^\d+]/g, '');
}
