import { giveWish, HANG_UP_AFTER_GOODBYE, NOTHING_ELSE, REPEAT, sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Asks for a day that is taken, hears what else there is, and takes none of it. */
export function fullyBooked(who: Who): CallerScript {
  const wanted: Who = { ...who, service: 'Hydrafacial', when: 'tomorrow at 3 PM' };
  const wish = `I need a ${wanted.service} ${wanted.when}.`;
  return {
    name: 'fully-booked',
    description: 'Asks for a Hydrafacial on a day that is fully booked, and takes nothing else',
    opening: [{ say: wish }],
    rules: [
      NOTHING_ELSE,
      REPEAT,
      HANG_UP_AFTER_GOODBYE,
      {
        anywhere: true,
        once: true,
        when: /fully booked|no (?:openings|availability|times|appointments)|(?:would you like|shall i|which|prefer|does that|how about)/i,
        respond: sayGoodbye("No, thank you. I'll call back another time. Goodbye."),
      },
      ...giveWish(wanted),
    ],
  };
}
