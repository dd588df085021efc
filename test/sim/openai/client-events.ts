/** What a client may say, parsed as strictly as the service parses it. */
import { z } from 'zod';
import { type Refusal, refusalOf, refuse } from './refusal.ts';
import {
  maxTokensSchema,
  modalitiesSchema,
  responseAudioSchema,
  toolChoiceSchema,
  toolSchema,
} from './session-config.ts';

const itemBase = {
  id: z.string().min(1).max(64).optional(),
  object: z.literal('realtime.item').optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
};

const systemContent = z.array(z.strictObject({ type: z.literal('input_text'), text: z.string() })).min(1);
const userContent = z
  .array(
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('input_text'), text: z.string() }),
      z.strictObject({
        type: z.literal('input_audio'),
        audio: z.string(),
        transcript: z.string().nullish(),
      }),
    ]),
  )
  .min(1);
/** The service takes no audio of its own back: a restored assistant turn is text. */
const assistantContent = z.array(z.strictObject({ type: z.literal('output_text'), text: z.string() })).min(1);

const messageSchema = z.discriminatedUnion('role', [
  z.strictObject({ type: z.literal('message'), role: z.literal('system'), content: systemContent, ...itemBase }),
  z.strictObject({ type: z.literal('message'), role: z.literal('user'), content: userContent, ...itemBase }),
  z.strictObject({ type: z.literal('message'), role: z.literal('assistant'), content: assistantContent, ...itemBase }),
]);

const newItemSchema = z.discriminatedUnion('type', [
  messageSchema,
  z.strictObject({
    type: z.literal('function_call'),
    call_id: z.string().min(1).max(64).optional(),
    name: z.string().min(1),
    arguments: z.string(),
    ...itemBase,
  }),
  z.strictObject({
    type: z.literal('function_call_output'),
    call_id: z.string().min(1),
    output: z.string(),
    ...itemBase,
  }),
]);

const referenceSchema = z.strictObject({ type: z.literal('item_reference'), id: z.string().min(1) });

const responseSchema = z.strictObject({
  instructions: z.string().optional(),
  output_modalities: modalitiesSchema.optional(),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  parallel_tool_calls: z.boolean().optional(),
  max_output_tokens: maxTokensSchema.optional(),
  conversation: z.enum(['auto', 'none']).optional(),
  input: z.array(z.union([referenceSchema, newItemSchema])).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  audio: responseAudioSchema.optional(),
  reasoning: z.looseObject({}).optional(),
  prompt: z.looseObject({}).nullish(),
});

const eventId = { event_id: z.string().max(512).optional() };

const clientEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.update'), session: z.unknown(), ...eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.append'), audio: z.string(), ...eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.commit'), ...eventId }),
  z.strictObject({ type: z.literal('input_audio_buffer.clear'), ...eventId }),
  z.strictObject({
    type: z.literal('conversation.item.create'),
    previous_item_id: z.string().nullish(),
    item: newItemSchema,
    ...eventId,
  }),
  z.strictObject({ type: z.literal('conversation.item.delete'), item_id: z.string(), ...eventId }),
  z.strictObject({ type: z.literal('conversation.item.retrieve'), item_id: z.string(), ...eventId }),
  z.strictObject({
    type: z.literal('conversation.item.truncate'),
    item_id: z.string(),
    content_index: z.int().min(0),
    audio_end_ms: z.int().min(0),
    ...eventId,
  }),
  z.strictObject({ type: z.literal('response.create'), response: responseSchema.nullish(), ...eventId }),
  z.strictObject({ type: z.literal('response.cancel'), response_id: z.string().optional(), ...eventId }),
]);

export type ClientEvent = z.infer<typeof clientEventSchema>;
export type NewItem = z.infer<typeof newItemSchema>;
export type ResponseParams = z.infer<typeof responseSchema>;
export type TruncateEvent = Extract<ClientEvent, { type: 'conversation.item.truncate' }>;

export type ParsedEvent =
  | { readonly event: ClientEvent }
  | { readonly refusal: Refusal; readonly eventId: string | null };

const KNOWN_TYPES = clientEventSchema.options.map((option) => option.shape.type.value);

/** One text message of a client, parsed; audio, by far the most frequent, goes past the schemas. */
export function parseClientEvent(text: string): ParsedEvent {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { refusal: refuse('invalid_json', 'The event is not a valid JSON object.'), eventId: null };
  }
  const named = value as { type?: unknown; audio?: unknown; event_id?: unknown };
  if (named.type === 'input_audio_buffer.append' && typeof named.audio === 'string') {
    return { event: { type: named.type, audio: named.audio } };
  }
  const eventId = typeof named.event_id === 'string' ? named.event_id : null;
  if (typeof named.type === 'string' && !KNOWN_TYPES.some((type) => type === named.type)) {
    const supported = KNOWN_TYPES.map((type) => `'${type}'`).join(', ');
    const message = `Invalid value: '${named.type}'. Supported values are: ${supported}.`;
    return { refusal: refuse('invalid_value', message, 'type'), eventId };
  }
  const parsed = clientEventSchema.safeParse(value, { reportInput: true });
  return parsed.success ? { event: parsed.data } : { refusal: refusalOf(parsed.error, ''), eventId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
