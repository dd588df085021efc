/** Callers who speak over Ava: each asks for the hours, interrupts the answer, and books a time of their own. */
import { bookingRules, bookingWish } from '../../../test/sim/callers/answers.ts';
import type { CallerScript } from '../../../test/sim/callers/script.ts';
import { JORDAN } from '../../../test/sim/callers/who.ts';

const DAY_MS = 86_400_000;
/** Hours of which each day of the clinic has one. */
const HOURS = [10, 11, 12, 1, 2, 3];

/** What the nth caller says first: their number tells whose words a model session heard. */
export const openingOf = (n: number): string => `Hello, this is caller ${n}. What are your opening hours, please?`;

/** The number in a caller's first words. */
export function callerIn(text: string): number | undefined {
  const found = /this is caller (\d+)\./.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

export function talker(n: number, now: number): CallerScript {
  const day = new Date(now + (2 + Math.floor(n / HOURS.length)) * DAY_MS);
  const date = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: 'UTC' }).format(day);
  const hour = HOURS[n % HOURS.length] ?? 10;
  const when = `${date} at ${hour} ${hour >= 10 && hour < 12 ? 'AM' : 'PM'}`;
  const wish = `Actually, ${bookingWish({ ...JORDAN, when })}`;
  return {
    name: `talker ${n}`,
    description: 'Interrupts, then books',
    opening: [{ say: openingOf(n) }],
    rules: [
      { when: /\d+ [AP]M to/, interrupts: true, once: true, respond: [{ say: wish }] },
      ...bookingRules({ ...JORDAN, when }),
    ],
  };
}
