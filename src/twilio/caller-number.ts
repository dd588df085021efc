/** Telephone numbers as Twilio writes them. */

const E164 = /^\+[1-9]\d{6,14}$/;

/**
 * What Twilio sends in place of a withheld number: letters spelled on a keypad, so they look like numbers.
 * Source: Twilio's help page on calls from ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE.
 */
const WITHHELD = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);

/** E.164, or null where this is no telephone number or a withheld one. */
export function phoneNumber(text: string): string | null {
  return E164.test(text) && !WITHHELD.has(text) ? text : null;
}
