/** Realtime events ⇄ our messages. Server events are parsed here, once; what we do not know is passed over. */
import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import type { ModelCommand, ModelReport } from '../../actors/model/messages.ts';
import { type AudioFormat, durationMsOf, isAudioPayload } from '../domain/audio-format.ts';
import type { TokenUsage, TranscriptionUsage } from '../domain/events.ts';

/** Codes after which trying again cannot help: the key, the account or the model's name is at fault. */
export const FATAL_CODES: ReadonlySet<string> = new Set([
  'invalid_api_key',
  'insufficient_quota',
  'account_deactivated',
  'billing_hard_limit_reached',
  'model_not_found',
]);

export function clientEvent(command: ModelCommand): RealtimeClientEvent {
  switch (command.type) {
    case 'create_response':
      return command.sentence === null
        ? { type: 'response.create' }
        : { type: 'response.create', response: { instructions: verbatim(command.sentence), tool_choice: 'none' } };
    case 'cancel_response':
      return { type: 'response.cancel' };
    case 'truncate':
      return {
        type: 'conversation.item.truncate',
        item_id: command.itemId,
        content_index: 0,
        audio_end_ms: command.heardMs,
      };
    case 'tool_output':
      return {
        type: 'conversation.item.create',
        item: { type: 'function_call_output', call_id: command.callId, output: command.output },
      };
    case 'tool_call':
      return {
        type: 'conversation.item.create',
        item: {
          type: 'function_call',
          call_id: command.callId,
          name: command.name,
          arguments: command.argumentsText,
        },
      };
    case 'note':
      return {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: command.text }] },
      };
    case 'caller_text':
      return {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: command.text }] },
      };
    case 'assistant_text':
      return {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: command.text }] },
      };
    case 'commit_audio':
      return { type: 'input_audio_buffer.commit' };
    case 'delete_item':
      return { type: 'conversation.item.delete', item_id: command.itemId };
  }
}

/** The instruction under which a model says one sentence as it stands. */
export function verbatim(sentence: string): string {
  return `Say exactly the following to the caller, word for word, and nothing else: "${sentence}"`;
}

const item = z.object({ item_id: z.string() });
const usage = z.object({
  input_token_details: z
    .object({
      text_tokens: z.number().default(0),
      audio_tokens: z.number().default(0),
      cached_tokens_details: z
        .object({ text_tokens: z.number().default(0), audio_tokens: z.number().default(0) })
        .optional(),
    })
    .optional(),
  output_token_details: z
    .object({ text_tokens: z.number().default(0), audio_tokens: z.number().default(0) })
    .optional(),
});
const response = z.object({
  response: z.object({
    id: z.string(),
    status: z.enum(['completed', 'cancelled', 'failed', 'incomplete', 'in_progress']).optional(),
    status_details: z.object({ error: z.object({ code: z.string().nullish() }).nullish() }).nullish(),
    usage: usage.nullish(),
  }),
});
const functionCall = z.object({
  item: z.object({
    type: z.literal('function_call'),
    status: z.literal('completed'),
    call_id: z.string(),
    name: z.string(),
    arguments: z.string(),
  }),
});
const failure = z.object({
  error: z.object({ type: z.string().nullish(), code: z.string().nullish(), message: z.string().nullish() }),
});

/** The event with a turn's words, which tells what they are billed by as well. */
export const TRANSCRIBED = 'conversation.item.input_audio_transcription.completed';

const transcribed = z.object({
  type: z.literal(TRANSCRIBED),
  usage: z.discriminatedUnion('type', [
    z.object({ type: z.literal('tokens'), input_tokens: z.number(), output_tokens: z.number() }),
    z.object({ type: z.literal('duration'), seconds: z.number() }),
  ]),
});

type Reader = (event: unknown, format: AudioFormat) => ModelReport | null;

const READERS: Readonly<Record<string, Reader>> = {
  'input_audio_buffer.speech_started': read(item.extend({ audio_start_ms: z.number().optional() }), (e) => ({
    type: 'caller_speech_started',
    itemId: e.item_id,
    ...(e.audio_start_ms === undefined ? {} : { atMs: e.audio_start_ms }),
  })),
  'input_audio_buffer.speech_stopped': read(item, (e) => ({
    type: 'caller_speech_stopped',
    itemId: e.item_id,
    speechMs: null,
  })),
  'input_audio_buffer.committed': read(item, (e) => ({ type: 'caller_turn_committed', itemId: e.item_id })),
  [TRANSCRIBED]: read(item.extend({ transcript: z.string() }), (e) => ({
    type: 'caller_words',
    itemId: e.item_id,
    text: e.transcript,
  })),
  'conversation.item.input_audio_transcription.failed': read(item, (e) => ({
    type: 'caller_words_failed',
    itemId: e.item_id,
  })),
  'response.created': read(response, (e) => ({ type: 'response_started', responseId: e.response.id })),
  'response.output_audio.delta': read(item.extend({ delta: z.string().refine(isAudioPayload) }), (e, format) => ({
    type: 'audio',
    itemId: e.item_id,
    ms: durationMsOf(e.delta, format),
    payload: e.delta,
  })),
  'response.output_audio.done': read(item, (e) => ({ type: 'audio_complete', itemId: e.item_id })),
  'response.output_audio_transcript.delta': read(item.extend({ delta: z.string() }), (e) => ({
    type: 'words_delta',
    itemId: e.item_id,
    text: e.delta,
  })),
  'response.output_audio_transcript.done': read(item.extend({ transcript: z.string() }), (e) => ({
    type: 'words',
    itemId: e.item_id,
    text: e.transcript,
  })),
  'response.output_item.done': read(functionCall, (e) => ({
    type: 'tool_requested',
    callId: e.item.call_id,
    name: e.item.name,
    argumentsText: e.item.arguments,
  })),
  'response.done': read(response, responseEnded),
  'rate_limits.updated': readRateLimits,
  error: read(failure, (e) => {
    const code = e.error.code ?? e.error.type ?? 'unknown';
    if (FATAL_CODES.has(code)) return { type: 'lost', kind: 'fatal', code };
    if (code === 'session_expired') return { type: 'lost', kind: 'closed', code };
    return { type: 'refused', code };
  }),
};

/** As the service writes it: the type stands first. */
const TYPE_FIRST = /^\{"type":"([\w.]+)"/;
const LONGEST_TYPE = 80;

/** What a message says up front that it is; undefined where only a parser can tell. */
export function typeUpFront(message: Buffer): string | undefined {
  return TYPE_FIRST.exec(message.toString('latin1', 0, LONGEST_TYPE))?.[1];
}

/** Whether events of this type ever have something to report: of a reply's, a third have not. */
export function isReported(type: string): boolean {
  return Object.hasOwn(READERS, type);
}

/** The report an event makes; null for one that says nothing to us or is not what the protocol promises. */
export function reportOf(event: { readonly type: string }, format: AudioFormat = 'audio/pcmu'): ModelReport | null {
  return READERS[event.type]?.(event, format) ?? null;
}

/** What a transcript is billed by; null for an event that is no transcript, or does not tell. */
export function transcriptionUsageOf(event: unknown): TranscriptionUsage | null {
  const parsed = transcribed.safeParse(event);
  if (!parsed.success) return null;
  const { usage: used } = parsed.data;
  return used.type === 'duration'
    ? { seconds: used.seconds, tokensIn: 0, tokensOut: 0 }
    : { seconds: 0, tokensIn: used.input_tokens, tokensOut: used.output_tokens };
}

function responseEnded(event: z.infer<typeof response>): ModelReport {
  const { id, status, status_details: details, usage: used } = event.response;
  const code = details?.error?.code ?? null;
  if (status === 'failed' && code !== null && FATAL_CODES.has(code)) return { type: 'lost', kind: 'fatal', code };
  return {
    type: 'response_ended',
    responseId: id,
    status: status === undefined || status === 'in_progress' ? 'incomplete' : status,
    usage: used ? tokens(used) : null,
    ...(status === 'failed' ? { code } : {}),
  };
}

/** Below this share of a limit it is worth telling. */
const NEAR_LIMIT = 0.1;

const rateLimits = z.object({
  rate_limits: z.array(
    z.object({ name: z.string(), limit: z.number().positive(), remaining: z.number(), reset_seconds: z.number() }),
  ),
});

/** The limit that is nearest to being used up, where one is near. */
function readRateLimits(event: unknown): ModelReport | null {
  const parsed = rateLimits.safeParse(event);
  const shares = (parsed.data?.rate_limits ?? []).map((each) => ({ ...each, share: each.remaining / each.limit }));
  const [nearest] = shares.sort((a, b) => a.share - b.share);
  if (!nearest || nearest.share >= NEAR_LIMIT) return null;
  const { name, share, reset_seconds: resetS } = nearest;
  return { type: 'limit_near', limit: name, share, resetMs: resetS * 1_000 };
}

function tokens(used: z.infer<typeof usage>): TokenUsage {
  const input = used.input_token_details;
  const cached = input?.cached_tokens_details;
  return {
    textIn: (input?.text_tokens ?? 0) - (cached?.text_tokens ?? 0),
    textInCached: cached?.text_tokens ?? 0,
    audioIn: (input?.audio_tokens ?? 0) - (cached?.audio_tokens ?? 0),
    audioInCached: cached?.audio_tokens ?? 0,
    textOut: used.output_token_details?.text_tokens ?? 0,
    audioOut: used.output_token_details?.audio_tokens ?? 0,
  };
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  report: (event: z.infer<Schema>, format: AudioFormat) => ModelReport,
): Reader {
  return (event, format) => {
    const parsed = schema.safeParse(event);
    return parsed.success ? report(parsed.data, format) : null;
  };
}
