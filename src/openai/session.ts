/** What a Realtime session is opened with. Types are the SDK's, so that the compiler knows the protocol. */
import type { RealtimeSessionCreateRequest } from 'openai/resources/realtime/realtime';
import type { ModelBrief } from '../../actors/model/messages.ts';
import { primary } from '../domain/language.ts';

/** Telephone audio both ways: nothing on the way has to be decoded. The key `rate` must not be there. */
export const AUDIO_FORMAT = { type: 'audio/pcmu' } as const;

export interface SessionChoices {
  readonly model: string;
  readonly transcriptionModel: string;
}

export interface SessionBrief extends ModelBrief {
  /** All that the caller may speak, BCP 47; where absent, the brief's language alone. */
  readonly languages?: readonly string[];
}

export function sessionOf(brief: SessionBrief, choices: SessionChoices): RealtimeSessionCreateRequest {
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
        // Ava decides when to answer and when a noise is an interruption; the service only hears.
        turn_detection: {
          type: 'server_vad',
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 500,
          create_response: false,
          interrupt_response: false,
        },
      },
      output: { format: AUDIO_FORMAT, voice: brief.voice },
    },
  };
}

/** A hint makes the service hear that language in everything: it is given where nothing else can be spoken. */
function languageHint({ language, languages = [language] }: SessionBrief): { language?: string } {
  const spoken = new Set(languages.map(primary));
  return spoken.size === 1 ? { language: primary(language) } : {};
}
