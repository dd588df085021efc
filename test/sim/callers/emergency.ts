import type { CallerScript } from './script.ts';
import { orElseMessage, PATIENT } from './staff.ts';
import type { Who } from './who.ts';

const TROUBLE = 'Since my filler this morning I have trouble breathing.';

/** Is in danger after a treatment. */
export function emergency(who: Who): CallerScript {
  return {
    name: 'emergency',
    description: 'Has trouble breathing after a treatment',
    opening: [{ say: TROUBLE }],
    rules: orElseMessage(who, TROUBLE),
    patience: PATIENT,
  };
}
