import { REPEAT } from './answers.ts';
import type { CallerScript } from './script.ts';
import { orElseMessage, PATIENT } from './staff.ts';
import type { Who } from './who.ts';

const WISH = 'I would like to leave a message, please.';

/** Leaves a message for the staff, and says goodbye. */
export function message(who: Who): CallerScript {
  return {
    name: 'message',
    description: 'Leaves a message for the staff',
    opening: [{ say: WISH }],
    rules: [REPEAT, ...orElseMessage(who, 'I left my scarf in the waiting room.')],
    patience: PATIENT,
  };
}
