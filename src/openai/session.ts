/** What a Realtime session is opened with. Types are the SDK's, so that the compiler knows the protocol. */
import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { ModelBrief } from '../../actors/model/messages.ts';
import { primary } from '../domain/language.ts';

/** Telephone audio both ways: nothing on the way has to be decoded. The key `rate` must not be there. */
export const AUDIO_FORMAT = { type: 'audio/pcmu' } as const;

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
        format: AUDIO_FORMAT,
        transcription: { model: choices.transcriptionModel, ...languageHint(brief) },
        turn_detection: TURN_DETECTION,
      },
      output: { format: AUDIO_FORMAT, voice: brief.voice },
    },
  };
}

/** A hint makes the service hear that language in everything: it is given where nothing else can be spoken. */
function languageHint({ languages }: ModelBrief): { language?: string } {
  const [only, ...others] = new Set(languages.map(primary));
  return only !== undefined && others.length === 0 ? { language: only } : {};
}
