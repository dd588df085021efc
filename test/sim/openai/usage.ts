/**
 * Tokens, reckoned from lengths as the service roughly does: one per 100 ms of audio in, one per 50 ms out, one per four
 * characters of text. What an earlier response of the session had already read counts as cached.
 */
import type { RealtimeResponseUsage } from 'openai/resources/realtime/realtime';
import type { Entry } from './conversation.ts';

export interface Tokens {
  readonly text: number;
  readonly audio: number;
}

export const NO_TOKENS: Tokens = { text: 0, audio: 0 };

const CHARACTERS_PER_TEXT_TOKEN = 4;
const MS_PER_TOKEN_IN = 100;
const MS_PER_TOKEN_OUT = 50;

export function textTokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TEXT_TOKEN);
}

export function audioTokensIn(ms: number): number {
  return Math.ceil(ms / MS_PER_TOKEN_IN);
}

export function audioTokensOut(ms: number): number {
  return Math.ceil(ms / MS_PER_TOKEN_OUT);
}

/** What the model reads before it answers: instructions, tools and the conversation so far. */
export function inputTokens(instructions: string, tools: readonly unknown[], entries: readonly Entry[]): Tokens {
  let text = textTokens(instructions) + (tools.length === 0 ? 0 : textTokens(JSON.stringify(tools)));
  let audio = 0;
  for (const entry of entries) {
    const itemTokens = tokensOf(entry);
    text += itemTokens.text;
    audio += itemTokens.audio;
  }
  return { text, audio };
}

export function usageOf(input: Tokens, readBefore: Tokens, output: Tokens): RealtimeResponseUsage {
  const cached = { text: Math.min(input.text, readBefore.text), audio: Math.min(input.audio, readBefore.audio) };
  const inputSum = input.text + input.audio;
  const outputSum = output.text + output.audio;
  return {
    total_tokens: inputSum + outputSum,
    input_tokens: inputSum,
    output_tokens: outputSum,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cached.text + cached.audio,
      cached_tokens_details: { text_tokens: cached.text, audio_tokens: cached.audio, image_tokens: 0 },
    },
    output_token_details: { text_tokens: output.text, audio_tokens: output.audio },
  };
}

function tokensOf({ item, understood, spoken, cutAtMs }: Entry): Tokens {
  if (understood !== undefined) return { text: 0, audio: audioTokensIn(understood.ms) };
  if (spoken !== undefined) return { text: 0, audio: audioTokensOut(cutAtMs ?? spoken.ms) };
  if (item.type === 'function_call') return { text: textTokens(item.name + item.arguments), audio: 0 };
  if (item.type === 'function_call_output') return { text: textTokens(item.output), audio: 0 };
  if (item.type !== 'message') return NO_TOKENS;
  return { text: item.content.reduce((sum, part) => sum + textTokens(part.text ?? ''), 0), audio: 0 };
}
