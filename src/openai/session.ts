/** What a Realtime session is opened with. Types are the SDK's, so that the compiler knows the protocol. */
import type { RealtimeAudioFormats, RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { ModelBrief } from '../../actors/model/messages.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import { primary } from '../domain/language.ts';

/** The same both ways, and the line's: nothing on the way has to be decoded. µ-law must not have the key `rate`. */
export function formatOf(format: AudioFormat): RealtimeAudioFormats {
  return format === 'audio/pcm' ? { type: format, rate: 24_000 } : { type: format };
}

/** Ava decides when to answer and when a noise is an interruption; the service only hears. */
export const TURN_DETECTION = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: false,
  interrupt_response: false,
} as const;

export interface SessionChoices {
  readonly model: string;
  readonly transcriptionModel: string;
}

export function sessionOf(brief: ModelBrief, choices: SessionChoices): RealtimeSessionCreateRequest {
  return {
    type: 'realtime',
    model: choices.model,
    instructions: brief.instructions,
    output_modalities: ['audio'],
    tools: brief.tools.map((tool) => ({ type: 'function', ...tool })),
    tool_choice: 'auto',
    audio: {
      input: {
        format: formatOf(brief.format),
        transcription: { model: choices.transcriptionModel, ...languageHint(brief) },
        turn_detection: TURN_DETECTION,
      },
      output: { format: formatOf(brief.format), voice: brief.voice },
    },
  };
}

/** A hint makes the service hear that language in everything: it is given where nothing else can be spoken. */
function languageHint({ languages }: ModelBrief): { language?: string } {
  const [only, ...others] = new Set(languages.map(primary));
  return only !== undefined && others.length === 0 ? { language: only } : {};
}
