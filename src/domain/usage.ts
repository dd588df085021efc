/** What a conversation has used of the model's service so far, and what that costs by list price. */
import type { TokenUsage, TranscriptionUsage } from './events.ts';
import { tokenCostUsd, transcriptionCostUsd } from './prices.ts';

export interface Usage {
  /** Of the model's responses. */
  readonly tokens: TokenUsage;
  /** Of the caller's words being written down. */
  readonly transcription: TranscriptionUsage;
  /** Both together; what has no known price adds nothing. */
  readonly costUsd: number;
}

export const TOKEN_KINDS = ['textIn', 'textInCached', 'audioIn', 'audioInCached', 'textOut', 'audioOut'] as const;

export const NO_USAGE: Usage = {
  tokens: { textIn: 0, textInCached: 0, audioIn: 0, audioInCached: 0, textOut: 0, audioOut: 0 },
  transcription: { seconds: 0, tokensIn: 0, tokensOut: 0 },
  costUsd: 0,
};

/** The usage of one response. */
export function responseUsage(model: string, tokens: TokenUsage): Usage {
  const costUsd = TOKEN_KINDS.reduce((sum, kind) => sum + tokenCostUsd(model, kind, tokens[kind]), 0);
  return { ...NO_USAGE, tokens, costUsd };
}

/** The usage of one turn's transcription. */
export function turnTranscription(model: string, transcription: TranscriptionUsage): Usage {
  return { ...NO_USAGE, transcription, costUsd: transcriptionCostUsd(model, transcription) };
}

export function add(one: Usage, other: Usage): Usage {
  return {
    tokens: addTokens(one.tokens, other.tokens),
    transcription: {
      seconds: one.transcription.seconds + other.transcription.seconds,
      tokensIn: one.transcription.tokensIn + other.transcription.tokensIn,
      tokensOut: one.transcription.tokensOut + other.transcription.tokensOut,
    },
    costUsd: one.costUsd + other.costUsd,
  };
}

function addTokens(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    textIn: one.textIn + other.textIn,
    textInCached: one.textInCached + other.textInCached,
    audioIn: one.audioIn + other.audioIn,
    audioInCached: one.audioInCached + other.audioInCached,
    textOut: one.textOut + other.textOut,
    audioOut: one.audioOut + other.audioOut,
  };
}
