import { bookingRules } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

const ASKED_TIME = 'Wednesday at 4 PM';

/** Wants one provider, hears her times, and proposes one. */
export function namedProvider(who: Who): CallerScript {
  const wish = `I'd like to see ${who.provider} for a consultation next week.`;
  const wanted = { ...who, service: 'Consultation', when: ASKED_TIME };
  return {
    name: 'named-provider',
    description: `Sees ${who.provider} for a consultation next week, ${ASKED_TIME} if possible`,
    opening: [{ say: wish }],
    rules: [
      {
        anywhere: true,
        once: true,
        when: /\d\s*(?::\d\d)?\s*[ap]\.?m|(?:what|which) (?:day|time)|when would/i,
        respond: [{ say: `How about ${ASKED_TIME}?` }],
      },
      {
        when: /(?:which|any|preferred|preference).*(?:provider|practitioner|doctor)|with whom/i,
        respond: [{ say: `With ${who.provider}, please.` }],
      },
      ...bookingRules(wanted),
    ],
  };
}
