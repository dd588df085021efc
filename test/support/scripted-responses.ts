/** What a scripted model says: drawn by chance, no sentence twice. */
import type { Random } from './seed.ts';

export type Utterance =
  | { readonly text: string }
  | { readonly tool: { readonly name: string; readonly argumentsText: string } };

export interface ScriptedResponse {
  readonly script: readonly Utterance[];
  /** `silent`: nothing is ever heard of it. */
  readonly status: 'completed' | 'failed' | 'silent';
}

const TOOLS = [
  ['get_clinic_info', '{"topic":"hours"}'],
  ['check_availability', '{"service":"botox","when":"tomorrow at 2 PM"}'],
  ['check_availability', '{"service":"hydrafacial","when":"this week"}'],
  ['book_appointment', '{"slot_id":"1","customer_name":"Ann Lee"}'],
  ['book_appointment', '{"slot_id":"slot_99","customer_name":"Ann Lee"}'],
  ['read_the_stars', '{}'],
  ['get_clinic_info', '{"topic":'],
] as const;
const END: Utterance = { tool: { name: 'end_call', argumentsText: '{}' } };
const WORDS = [
  'we',
  'have',
  'two',
  'three',
  'times',
  'tomorrow',
  'at',
  'noon',
  'with',
  'Priya',
  'would',
  'that',
  'suit',
];

/** `next` numbers sentences, so that each can be told from every other. */
export function aResponse(sentence: string | null, random: Random, next: () => number): ScriptedResponse {
  if (sentence !== null) return completed({ text: sentence });
  const says = (): Utterance => ({ text: aSentence(random, next()) });
  const asks = (): Utterance => {
    const [name, argumentsText] = TOOLS[Math.floor(random() * TOOLS.length)] ?? TOOLS[0];
    return { tool: { name, argumentsText } };
  };
  const chance = random();
  if (chance < 0.4) return completed(says());
  if (chance < 0.5) return completed(says(), says());
  if (chance < 0.65) return completed(says(), asks());
  if (chance < 0.78) return completed(asks());
  if (chance < 0.83) return completed(asks(), asks(), asks());
  if (chance < 0.835) return completed(...Array.from({ length: 20 }, asks));
  if (chance < 0.9) return completed(says(), END);
  if (chance < 0.93) return completed(END);
  if (chance < 0.98) return completed();
  return chance < 0.995 ? { script: [], status: 'failed' } : { script: [], status: 'silent' };
}

function completed(...script: readonly Utterance[]): ScriptedResponse {
  return { script, status: 'completed' };
}

function aSentence(random: Random, n: number): string {
  const words = Array.from({ length: 2 + Math.floor(random() * 9) }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return `N${n} ${words.join(' ')}.`;
}
