/**
 * What models bill, in US dollars, by OpenAI's list of November 2026, and text messages by Twilio's for US numbers: the
 * one place for prices, of metrics and of the record alike. What a model of no known price does is counted, and costs
 * nothing here.
 */
import type { TokenUsage, TranscriptionUsage } from './events.ts';

type TokenPrices = Readonly<Record<keyof TokenUsage, number>>;

const textOnly = (textIn: number, textInCached: number, textOut: number): TokenPrices => ({
  textIn,
  textInCached,
  textOut,
  audioIn: 0,
  audioInCached: 0,
  audioOut: 0,
});

const TOKENS_USD_PER_MILLION: Readonly<Record<string, TokenPrices>> = {
  'gpt-realtime-2.1': {
    textIn: 4,
    textInCached: 0.4,
    textOut: 24,
    audioIn: 32,
    audioInCached: 0.4,
    audioOut: 64,
  },
  'gpt-realtime-2.1-mini': {
    textIn: 0.6,
    textInCached: 0.06,
    textOut: 2.4,
    audioIn: 10,
    audioInCached: 0.3,
    audioOut: 20,
  },
  'gpt-5.4-mini': textOnly(0.75, 0.075, 4.5),
  'gpt-5.4-nano': textOnly(0.2, 0.02, 1.25),
};

interface TranscriptionPrices {
  readonly usdPerMinute: number;
  readonly usdPerMillionIn: number;
  readonly usdPerMillionOut: number;
}

const byMinute = (usdPerMinute: number): TranscriptionPrices => ({
  usdPerMinute,
  usdPerMillionIn: 0,
  usdPerMillionOut: 0,
});
const byToken = (usdPerMillionIn: number, usdPerMillionOut: number): TranscriptionPrices => ({
  usdPerMinute: 0,
  usdPerMillionIn,
  usdPerMillionOut,
});

/** Each bills either by the minute of audio or by the token. */
const TRANSCRIPTION: Readonly<Record<string, TranscriptionPrices>> = {
  'gpt-transcribe': byMinute(0.0045),
  'gpt-live-transcribe': byMinute(0.017),
  'whisper-1': byMinute(0.006),
  'gpt-4o-transcribe': byToken(2.5, 10),
  'gpt-4o-mini-transcribe': byToken(1.25, 5),
};

/** The cost of `tokens` of one kind, in US dollars; 0 for a model whose prices are not known. */
export function tokenCostUsd(model: string, kind: keyof TokenUsage, tokens: number): number {
  return (tokens * (pricesOf(TOKENS_USD_PER_MILLION, model)?.[kind] ?? 0)) / 1_000_000;
}

/** The cost of having a caller's words written down, in US dollars; 0 for a model whose prices are not known. */
export function transcriptionCostUsd(model: string, usage: TranscriptionUsage): number {
  const prices = pricesOf(TRANSCRIPTION, model);
  if (!prices) return 0;
  const tokens = usage.tokensIn * prices.usdPerMillionIn + usage.tokensOut * prices.usdPerMillionOut;
  return (usage.seconds / 60) * prices.usdPerMinute + tokens / 1_000_000;
}

/**
 * One segment of a text message to or from a US number, where a clinic says nothing else; what carriers add differs from
 * one to the next and is left out.
 */
export const SEGMENT_USD = 0.0083;

/** Models are named by configuration, and anything may stand there. */
function pricesOf<Prices>(table: Readonly<Record<string, Prices>>, model: string): Prices | undefined {
  return Object.hasOwn(table, model) ? table[model] : undefined;
}
