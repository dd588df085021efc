/**
 * A caller of the survival benchmark: asks for the hours, books a time, asks for a price and says goodbye. No sentence
 * of theirs is the same as another, so that each can be looked for in the record; only asked to, they say one again.
 */
import { bookingRules, bookingWish } from '../../../../test/sim/callers/answers.ts';
import type { CallerAction, CallerRule, CallerScript } from '../../../../test/sim/callers/script.ts';
import { JORDAN } from '../../../../test/sim/callers/who.ts';

const DAY_MS = 86_400_000;
/** Days ahead on which somebody wants to come, the nearest and how many: within the clinic's horizon. */
const FIRST_DAY = 2;
const DAYS = 55;
/** In the hours that every day of the clinic has. */
const TIMES = ['10 AM', '10:30 AM', '11 AM', '11:30 AM', '1 PM', '1:30 PM', '2 PM', '2:30 PM', '3 PM'];

export const LAST_SENTENCE = "No, that's all, thank you. Goodbye.";

/** The nth caller; no two within 495 want the same time. */
export function talker(n: number, now: number): CallerScript {
  const day = new Date(now + (FIRST_DAY + (n % DAYS)) * DAY_MS);
  const date = new Intl.DateTimeFormat('en-US', { month: 'long', day: 'numeric', timeZone: 'UTC' }).format(day);
  const when = `${date} at ${TIMES[Math.floor(n / DAYS) % TIMES.length]}`;
  const who = { ...JORDAN, when, phone: `+1 555 030 ${String(n).padStart(4, '0')}` };
  const wishes = [bookingWish(who), 'How much is a chemical peel?'];
  const nextWish: CallerAction = { say: () => wishes.shift() ?? LAST_SENTENCE };
  return {
    name: `talker ${n}`,
    description: 'Asks, books, asks, and says goodbye',
    opening: [{ say: `Hello, this is caller ${n}. What are your opening hours, please?` }],
    rules: toldApart([
      SAY_AGAIN,
      { when: /\d+ [AP]M to/, anywhere: true, once: true, respond: [nextWish] },
      { when: /(?:anything|something) else|how can i help/i, respond: [nextWish] },
      // Thanks into a broken sentence would be taken for a goodbye, and the call end as nobody had meant it.
      ...bookingRules(who).filter(({ once }) => once !== true),
    ]),
  };
}

/** She lost them, or heard nothing of what they said. */
const SAY_AGAIN: CallerRule = {
  when: /lost you|(?:didn't|did not) (?:quite )?catch|say (?:that|it) again|are you still there/i,
  anywhere: true,
  respond: [{ sayAgain: true }],
};

/** What was said before is said with thanks, and with more thanks after that. */
function toldApart(rules: readonly CallerRule[]): readonly CallerRule[] {
  const said = new Map<string, number>();
  const apart = (text: string): string => {
    const times = said.get(text) ?? 0;
    said.set(text, times + 1);
    return times === 0 ? text : `${text} ${Array.from({ length: times }, () => 'Thank you.').join(' ')}`;
  };
  const act = (action: CallerAction): CallerAction => {
    if (!('say' in action)) return action;
    const { say } = action;
    return { say: (heard) => apart(typeof say === 'string' ? say : say(heard)) };
  };
  return rules.map((rule) => ({ ...rule, respond: rule.respond.map(act) }));
}
