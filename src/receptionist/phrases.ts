/** The sentences Ava says by rule and not by the model's choice. */
import type { Clinic } from '../domain/clinic.ts';

/** Says whose phone this is, that Ava is an AI, and the clinic's consent sentence where it has one. */
export function greeting(clinic: Clinic): string {
  const consent = clinic.consentSentence ? ` ${clinic.consentSentence}` : '';
  return `Thank you for calling ${clinic.name}. This is Ava, the AI assistant.${consent} How can I help you today?`;
}

/** Said when a call can't go on with Ava and staff are dialled, or the caller asked to call again. */
export const CUT_OFF = "I'm sorry, I'm having technical trouble.";

/** Said when staff were dialled and nobody took the call. */
export const NOBODY_ANSWERED = "I'm sorry, nobody can take your call right now. Please call again later. Goodbye.";

/** All sentences a phone call may need, in the clinic's terms. */
export function fixedPhrases(clinic: Clinic) {
  return {
    greeting: greeting(clinic),
    goodbye: `Thank you for calling ${clinic.name}. Goodbye!`,
    timeIsUp: "I'm sorry, I have to end our call now. Please call again if there is more I can do. Goodbye!",
  };
}
