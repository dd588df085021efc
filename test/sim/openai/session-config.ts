/**
 * A session's settings: the defaults of `session.created`, what `session.update` may change, and what it may not.
 * Schemas are strict, as the service is: a parameter it does not know is an error.
 */
import { z } from 'zod';
import { freshId } from './chance.ts';
import { type Refusal, refusalOf, refuse } from './refusal.ts';

const formatSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('audio/pcm'), rate: z.literal(24_000) }),
  z.strictObject({ type: z.literal('audio/pcmu') }),
]);

const serverVadSchema = z.strictObject({
  type: z.literal('server_vad'),
  threshold: z.number().min(0).max(1).default(0.5),
  prefix_padding_ms: z.int().min(0).max(10_000).default(300),
  silence_duration_ms: z.int().min(0).max(10_000).default(500),
  idle_timeout_ms: z.int().min(5_000).max(30_000).nullable().default(null),
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
});

const semanticVadSchema = z.strictObject({
  type: z.literal('semantic_vad'),
  eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
  create_response: z.boolean().default(true),
  interrupt_response: z.boolean().default(true),
});

const transcriptionSchema = z.strictObject({
  model: z.string().min(1).optional(),
  language: z.string().optional(),
  prompt: z.string().max(1024).optional(),
  delay: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
});

const voiceSchema = z.union([z.string().min(1), z.strictObject({ id: z.string().min(1) })]);

export const toolSchema = z.strictObject({
  type: z.literal('function'),
  name: z
    .string()
    .regex(/^[a-zA-Z0-9_-]+$/)
    .max(64),
  description: z.string().optional(),
  parameters: z.looseObject({}).optional(),
});

export const toolChoiceSchema = z.union([
  z.enum(['none', 'auto', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
]);

export const modalitiesSchema = z.array(z.enum(['text', 'audio'])).length(1);
export const maxTokensSchema = z.union([z.int().min(1).max(4096), z.literal('inf')]);

const inputSchema = z.strictObject({
  format: formatSchema,
  transcription: transcriptionSchema.nullable(),
  noise_reduction: z.strictObject({ type: z.enum(['near_field', 'far_field']) }).nullable(),
  turn_detection: z.discriminatedUnion('type', [serverVadSchema, semanticVadSchema]).nullable(),
});

const outputSchema = z.strictObject({
  format: formatSchema,
  voice: voiceSchema,
  speed: z.number().min(0.25).max(1.5),
});

export const responseAudioSchema = z.strictObject({ output: outputSchema.omit({ speed: true }).partial().optional() });

const truncationSchema = z.union([
  z.enum(['auto', 'disabled']),
  z.strictObject({
    type: z.literal('retention_ratio'),
    retention_ratio: z.number().min(0).max(1),
    token_limits: z.strictObject({ post_instructions: z.int().min(0).optional() }).optional(),
  }),
]);

export const sessionUpdateSchema = z.strictObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().optional(),
  output_modalities: modalitiesSchema.optional(),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_output_tokens: maxTokensSchema.optional(),
  reasoning: z.strictObject({ effort: z.enum(['minimal', 'low', 'medium', 'high', 'xhigh']).optional() }).optional(),
  truncation: truncationSchema.optional(),
  tracing: z.union([z.literal('auto'), z.looseObject({})]).nullish(),
  prompt: z.looseObject({ id: z.string() }).nullish(),
  include: z.array(z.literal('item.input_audio_transcription.logprobs')).nullish(),
  audio: z
    .strictObject({ input: inputSchema.partial().optional(), output: outputSchema.partial().optional() })
    .optional(),
});

export type SessionUpdate = z.infer<typeof sessionUpdateSchema>;
export type AudioFormat = z.infer<typeof formatSchema>;
export type InputSettings = z.infer<typeof inputSchema>;
export type TurnDetection = NonNullable<InputSettings['turn_detection']>;
export type OutputSettings = z.infer<typeof outputSchema>;

/** The whole session, as `session.created` and `session.updated` show it. */
export interface SessionConfig extends Required<Omit<SessionUpdate, 'audio' | 'parallel_tool_calls' | 'reasoning'>> {
  readonly object: 'realtime.session';
  readonly id: string;
  /** Seconds since the epoch. */
  readonly expires_at: number;
  readonly model: string;
  readonly parallel_tool_calls?: boolean;
  readonly reasoning?: SessionUpdate['reasoning'];
  readonly audio: { readonly input: InputSettings; readonly output: OutputSettings };
}

const DEFAULT_INSTRUCTIONS =
  'Your knowledge cutoff is 2023-10. You are a helpful, witty, and friendly AI. Act like a human, but remember that ' +
  "you aren't a human and that you can't do human things in the real world.";

export function defaultSession(model: string, expiresAtS: number): SessionConfig {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id: freshId('sess'),
    expires_at: expiresAtS,
    model,
    output_modalities: ['audio'],
    instructions: DEFAULT_INSTRUCTIONS,
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    truncation: 'auto',
    tracing: null,
    prompt: null,
    include: null,
    audio: {
      input: {
        format: { type: 'audio/pcm', rate: 24_000 },
        transcription: null,
        noise_reduction: null,
        turn_detection: serverVadSchema.parse({ type: 'server_vad' }),
      },
      output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'alloy', speed: 1 },
    },
  };
}

/** What stands in the way of a change: where the conversation has come to. */
export interface Fixed {
  readonly assistantAudioPresent: boolean;
}

export type Merged = { readonly config: SessionConfig } | { readonly refusal: Refusal };

/** The session after an update, or why it is refused; nothing of a refused update is taken over. */
export function mergeSession(config: SessionConfig, update: unknown, fixed: Fixed): Merged {
  const parsed = sessionUpdateSchema.safeParse(update, { reportInput: true });
  if (!parsed.success) return { refusal: refusalOf(parsed.error, 'session') };
  const { audio, model, ...rest } = parsed.data;
  if (model !== undefined && model !== config.model) return { refusal: modelIsFixed(config.model) };
  const voice = audio?.output?.voice;
  if (fixed.assistantAudioPresent && voice !== undefined && voice !== config.audio.output.voice) {
    return { refusal: voiceIsFixed() };
  }
  const sound = {
    input: overlay(config.audio.input, audio?.input),
    output: overlay(config.audio.output, audio?.output),
  };
  return { config: { ...overlay<SessionConfig>(config, rest), audio: sound } };
}

function modelIsFixed(model: string): Refusal {
  return refuse('invalid_value', `Cannot update a session's model: it is '${model}'.`, 'session.model');
}

function voiceIsFixed(): Refusal {
  return refuse('cannot_update_voice', "Cannot update a conversation's voice if assistant audio is present.");
}

/** Only what was really set: an optional key that is absent must not erase what is there. */
function overlay<T extends object>(base: T, changes: Partial<T> | undefined): T {
  const set = Object.entries(changes ?? {}).filter(([, value]) => value !== undefined);
  return Object.assign({ ...base }, Object.fromEntries(set));
}
