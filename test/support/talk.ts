/** A caller whose every sentence the test speaks itself, so that something can be done between two of them. */
import { expect } from 'vitest';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import type { Call } from '../sim/twilio/call.ts';

/** A caller's part of a booking: what they say, and what they wait for in her answer. */
export const WISH = "I'd like to book a Botox appointment for tomorrow at 2 PM.";
export const DETAILS = 'My name is Jordan Lee. My phone number is +15550100142. My email is jordan.lee@example.com.';
export const GOODBYE = "No, that's all, thank you. Goodbye.";
export const GREETED = /How can I help you today\?/;
export const NAME_ASKED = /your full name/;
export const BOOKED = /You're booked for Botox tomorrow, .* at 2 PM with .*\./;
export const CANNOT_CONFIRM = /having trouble with our system right now, so I can't confirm that/;

const ANSWER_MS = 20_000;

/** Waits until she has said this and paused, in what she says from the `from`th utterance on; resolves with the words. */
export async function hears(call: Call, what: RegExp, from = 0, limitMs = ANSWER_MS): Promise<string> {
  const spoken = (): string =>
    call.utterances
      .slice(from)
      .map(({ text }) => text)
      .join(' ');
  await call.waitFor(() => what.test(spoken()), limitMs);
  return spoken();
}

/** Says a sentence, and waits for her answer to it. */
export async function says(call: Call, sentence: string, answer: RegExp): Promise<string> {
  const from = call.utterances.length;
  await call.say(sentence);
  return hears(call, answer, from);
}

/**
 * The record holds both sides of the conversation, whole and in order, as they were spoken and heard. How much was heard
 * of a sentence that was interrupted is an estimate, and one that was cut within its first word leaves only its number.
 */
export function expectWholeRecord(call: Call, { turns, status }: StoredConversation): void {
  const wordsOf = (role: string): string[] => turns.filter((turn) => turn.role === role).map((turn) => turn.text);
  const numbers = turns.map(({ n }) => n);
  const unheard = (numbers.at(-1) ?? 0) - numbers.length;
  expect(status).toBe('ended');
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  expect(wordsOf('customer')).toEqual(call.said.map(({ text }) => text));
  if (unheard === 0 && turns.every((turn) => !turn.interrupted)) {
    expect(wordsOf('assistant').join(' ')).toBe(call.heardText);
  }
  for (const turn of turns) {
    if (turn.role === 'assistant' && !turn.interrupted) expect(call.heardText).toContain(turn.text);
  }
}
