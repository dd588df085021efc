import { sayGoodbye } from './answers.ts';
import type { CallerScript } from './script.ts';

const QUESTION = 'Hola, ¿a qué hora abren y a qué hora cierran?';

/** Asks when the clinic is open, in Spanish, and says goodbye. */
export function horario(): CallerScript {
  return {
    name: 'horario',
    description: 'Asks for the opening hours in Spanish and says goodbye',
    opening: [{ say: QUESTION }],
    rules: [
      { when: /repetir|otra vez|say (?:that|it) again/i, respond: [{ say: QUESTION }] },
      { when: /¡Adiós!|\bgood-?bye\b/i, respond: [{ pauseMs: 3_000 }, { hangUp: true }] },
      {
        anywhere: true,
        once: true,
        when: /\blunes\b|\babierto/i,
        respond: sayGoodbye('No, gracias, eso es todo. Adiós.'),
      },
    ],
  };
}
