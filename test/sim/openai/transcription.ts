/**
 * The transcripts of a session's caller turns: asynchronous, after a seeded delay, so that they come before, within or
 * after the answer to the turn. Its timers are bounded by the number of turns under way and end with the session.
 */
import type { Random } from './chance.ts';
import type { FaultOf } from './faults.ts';
import type { Utterance } from './input-audio.ts';
import type { Emit } from './server-events.ts';
import type { InputSettings } from './session-config.ts';
import { audioTokensIn, textTokens } from './usage.ts';

export type TranscriptFault = FaultOf<'transcription_delayed' | 'transcription_failed' | 'transcription_reordered'>;
export type TranscriptionSettings = NonNullable<InputSettings['transcription']>;

const LEAST_DELAY_MS = 80;
const DELAY_SPREAD_MS = 500;
/** A transcript that waits for its successor gives up waiting after this long. */
const REORDER_WAIT_MS = 3_000;

export class Transcription {
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly emit: Emit;
  private readonly random: Random;
  private readonly pace: number;
  /** A transcript held back until the next has been sent. */
  private heldBack: (() => void) | undefined;

  constructor(emit: Emit, random: Random, pace: number) {
    this.emit = emit;
    this.random = random;
    this.pace = pace;
  }

  transcribe(utterance: Utterance, settings: TranscriptionSettings, fault: TranscriptFault | undefined): void {
    const delayMs = (LEAST_DELAY_MS + this.random() * DELAY_SPREAD_MS) / this.pace;
    const extraMs = fault?.kind === 'transcription_delayed' ? fault.ms : 0;
    const send = (): void => {
      if (fault?.kind === 'transcription_failed') this.fail(utterance.itemId);
      else this.complete(utterance, settings);
    };
    if (fault?.kind === 'transcription_reordered') this.holdBack(send);
    else {
      this.later(delayMs + extraMs, () => {
        send();
        this.release();
      });
    }
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }

  private complete(utterance: Utterance, settings: TranscriptionSettings): void {
    const at = { item_id: utterance.itemId, content_index: 0 };
    for (const delta of utterance.text.split(/(?<=\s)/)) {
      if (delta === '') continue;
      this.emit({ type: 'conversation.item.input_audio_transcription.delta', ...at, delta });
    }
    this.emit({
      type: 'conversation.item.input_audio_transcription.completed',
      ...at,
      transcript: utterance.text,
      usage: usageOf(utterance, settings),
    });
  }

  private fail(itemId: string): void {
    this.emit({
      type: 'conversation.item.input_audio_transcription.failed',
      item_id: itemId,
      content_index: 0,
      error: {
        type: 'transcription_error',
        code: 'audio_unintelligible',
        message: 'The audio could not be transcribed.',
        param: undefined,
      },
    });
  }

  private holdBack(send: () => void): void {
    this.release();
    this.heldBack = send;
    this.later(REORDER_WAIT_MS, () => {
      if (this.heldBack === send) this.release();
    });
  }

  private release(): void {
    const held = this.heldBack;
    this.heldBack = undefined;
    held?.();
  }

  private later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }
}

/** Models that are billed by the second; the others are by tokens. */
const BY_DURATION = new Set(['gpt-transcribe', 'gpt-live-transcribe', 'whisper-1']);

function usageOf(utterance: Utterance, settings: TranscriptionSettings) {
  if (BY_DURATION.has(settings.model ?? '')) return { type: 'duration' as const, seconds: utterance.ms / 1000 };
  const audio = audioTokensIn(utterance.ms);
  const output = textTokens(utterance.text);
  return {
    type: 'tokens' as const,
    input_tokens: audio,
    output_tokens: output,
    total_tokens: audio + output,
    input_token_details: { audio_tokens: audio, text_tokens: 0 },
  };
}
