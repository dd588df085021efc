import { bookingRules } from './answers.ts';
import type { CallerScript } from './script.ts';
import type { Who } from './who.ts';

/** Gives up an appointment they have. */
export function cancel(who: Who): CallerScript {
  const wish = `I need to cancel my ${who.service} appointment.`;
  return {
    name: 'cancel',
    description: `Cancels their ${who.service} appointment`,
    opening: [{ say: wish }],
    rules: bookingRules(who),
  };
}
