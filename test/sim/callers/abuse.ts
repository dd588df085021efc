import type { CallerScript } from './script.ts';

/** Insults her, whatever she says, and hangs up. */
export function abuse(): CallerScript {
  return {
    name: 'abuse',
    description: 'Insults her and hangs up',
    opening: [{ say: 'You are a useless, stupid machine.' }],
    rules: [
      { anywhere: true, once: true, when: /\S/, respond: [{ say: 'Shut up, you idiot, you are all worthless.' }] },
      { anywhere: true, when: /\S/, respond: [{ hangUp: true }] },
    ],
  };
}
