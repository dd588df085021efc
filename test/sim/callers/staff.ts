import { giveDetails, HANG_UP_AFTER_GOODBYE, NOTHING_ELSE, REPEAT } from './answers.ts';
import type { CallerRule, CallerScript, Patience } from './script.ts';
import type { Who } from './who.ts';

const WISH = 'I would like to speak to a person, please.';
const MATTER = 'I have a question about my bill.';
const STAFF_PAUSE_MS = 3_000;
/** As long as somebody's telephone may ring, and more. */
export const PATIENT: Patience = { maxSilenceMs: 150_000, prompt: 'Hello? Are you there?', prompts: 1 };

/** Tells a person who answers what it is about, and leaves a message where nobody does. */
export function orElseMessage(who: Who, matter: string): readonly CallerRule[] {
  return [
    { when: /\bleave (?:us |them )?a message\b|\btake a message\b/i, respond: [{ say: 'Yes, please.' }] },
    {
      when: /\bpass on\b|\b(?:what|tell me)\b[^?]*\bmessage\b|\bwhat (?:is|'s) it about\b/i,
      respond: [{ say: `Please call me back. ${matter}` }],
    },
    ...giveDetails(who),
    NOTHING_ELSE,
    HANG_UP_AFTER_GOODBYE,
    {
      anywhere: true,
      once: true,
      when: /\b(?:front desk|reception|staff|\w+) speaking\b/i,
      respond: [{ say: matter }, { pauseMs: STAFF_PAUSE_MS }, { hangUp: true }],
    },
  ];
}

/** Wants to speak to a person, and leaves a message where there is none. */
export function person(who: Who): CallerScript {
  return {
    name: 'person',
    description: 'Asks for a person; leaves a message where nobody can be reached',
    opening: [{ say: WISH }],
    rules: [REPEAT, ...orElseMessage(who, MATTER)],
    patience: PATIENT,
  };
}

/** The same by a key on the telephone. */
export function zero(who: Who): CallerScript {
  return {
    name: 'zero',
    description: 'Presses 0 for a person; leaves a message where nobody can be reached',
    opening: [{ press: '0' }],
    rules: orElseMessage(who, MATTER),
    patience: PATIENT,
  };
}
