/**
 * What models bill, in US dollars a million tokens, as OpenAI listed it in November 2026. A model that is not here is
 * counted in tokens and not in dollars.
 */
import type { TokenUsage } from '../../src/domain/events.ts';

type Prices = Readonly<Record<keyof TokenUsage, number>>;

const PRICES_USD_PER_MILLION: Readonly<Record<string, Prices>> = {
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
};

/** The cost of `tokens` of one kind, in US dollars; undefined for a model whose prices are not known. */
export function costUsd(model: string, kind: keyof TokenUsage, tokens: number): number | undefined {
  const prices = Object.hasOwn(PRICES_USD_PER_MILLION, model) ? PRICES_USD_PER_MILLION[model] : undefined;
  return prices && (prices[kind] * tokens) / 1_000_000;
}
