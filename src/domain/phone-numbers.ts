/** Phone numbers as callers give them and as they are kept. */
import { parsePhoneNumberFromString as parsedWithType } from 'libphonenumber-js/max';
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

/** What a text message never reaches. Where landlines and mobiles share their numbers, as in North America, nobody can tell. */
const WITHOUT_TEXTS: ReadonlySet<string | undefined> = new Set([
  'FIXED_LINE',
  'TOLL_FREE',
  'PREMIUM_RATE',
  'SHARED_COST',
  'UAN',
  'PAGER',
  'VOICEMAIL',
]);

/** Whether a text to this number may be read by somebody; the carrier has the last word. */
export function takesTexts(phone: PhoneNumber): boolean {
  return !WITHOUT_TEXTS.has(parsedWithType(phone)?.getType());
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
