/**
 * OpenAI's Responses API: one request, one answer in text, or the tools that it asks for. The only file that takes more than types from the SDK, which
 * is loaded with the first request. Nothing is tried again here: whoever asks knows how long their question may wait.
 */
import type { OpenAI } from 'openai';
import type { ResponseCreateParamsNonStreaming } from 'openai/resources/responses/responses';
import { z } from 'zod';
import type { CallContext, Events, TokenUsage } from '../domain/events.ts';
import { failureOf, timedOut, unreadable, withoutAnswer } from './response-failures.ts';

export interface ResponsesOptions {
  /** REST base, `https://…/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly events: Events;
  /** From the question to the last byte of the answer. */
  readonly timeoutMs?: number;
  /** What asks; the platform's own where absent. */
  readonly fetch?: typeof fetch | undefined;
}

export type TextRequest = ResponseCreateParamsNonStreaming & { readonly model: string };

export interface TextAnswer {
  readonly text: string;
  /** Tools that are to be run, in order. */
  readonly calls: readonly { readonly callId: string; readonly name: string; readonly argumentsText: string }[];
  /** Null where the service did not tell. */
  readonly usage: TokenUsage | null;
}

/**
 * Asks once. Rejects with a `ModelFailure`, whatever went wrong; `signal` cuts the request. Usage and failures are told
 * as events about `context`.
 */
export type AskModel = (request: TextRequest, context: CallContext, signal: AbortSignal) => Promise<TextAnswer>;

const TIMEOUT_MS = 30_000;

const answerSchema = z.object({
  status: z.string(),
  output: z.array(
    z.object({
      type: z.string(),
      content: z.array(z.object({ type: z.string(), text: z.string().optional() })).optional(),
      call_id: z.string().optional(),
      name: z.string().optional(),
      arguments: z.string().optional(),
    }),
  ),
  error: z.object({ code: z.string() }).nullish(),
  incomplete_details: z.object({ reason: z.string().optional() }).nullish(),
  usage: z
    .object({
      input_tokens: z.int().min(0),
      input_tokens_details: z.object({ cached_tokens: z.int().min(0).default(0) }).optional(),
      output_tokens: z.int().min(0),
    })
    .nullish(),
});
type Answer = z.output<typeof answerSchema>;

export function responsesApi(options: ResponsesOptions): AskModel {
  const { events, timeoutMs = TIMEOUT_MS } = options;
  let client: Promise<OpenAI> | undefined;

  return async (request, context, signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    try {
      client ??= openClient(options);
      const answer = await post(await client, request, AbortSignal.any([signal, limit]));
      const usage = usageIn(answer);
      if (usage) events.emit('model.usage', { ...context, usage, model: request.model });
      return { text: textIn(answer), calls: callsIn(answer), usage };
    } catch (error) {
      const failure = limit.aborted ? timedOut(error) : failureOf(error);
      // Whoever cut it needs not be told.
      if (!signal.aborted) events.emit('model.error', { ...context, kind: failure.kind, code: failure.code });
      throw failure;
    }
  };
}

/** What the SDK would take from the environment is left out: the configuration alone decides. */
async function openClient({ baseUrl, apiKey, fetch }: ResponsesOptions): Promise<OpenAI> {
  const sdk = await import('openai');
  return new sdk.OpenAI({
    apiKey,
    baseURL: baseUrl,
    fetch,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
  });
}

/** By the SDK's plain door: its own method for this route trusts that what comes is an answer. */
async function post(client: OpenAI, body: TextRequest, signal: AbortSignal): Promise<Answer> {
  const parsed = answerSchema.safeParse(await client.post<unknown>('/responses', { body, signal }));
  if (!parsed.success) throw unreadable(parsed.error);
  return parsed.data;
}

/** What was said, where all of it was. */
function textIn({ status, error, incomplete_details: incomplete, output }: Answer): string {
  if (status !== 'completed') throw withoutAnswer(error?.code ?? incomplete?.reason ?? status);
  const parts = output.flatMap(({ type, content = [] }) => (type === 'message' ? content : []));
  if (parts.some(({ type }) => type === 'refusal')) throw withoutAnswer('refusal');
  return parts.map(({ text = '' }) => text).join('');
}

function callsIn({ output }: Answer): TextAnswer['calls'] {
  return output.flatMap(({ type, call_id: callId = '', name = '', arguments: argumentsText = '' }) =>
    type === 'function_call' && callId !== '' ? [{ callId, name, argumentsText }] : [],
  );
}

function usageIn({ usage }: Answer): TokenUsage | null {
  if (!usage) return null;
  const cached = Math.min(usage.input_tokens, usage.input_tokens_details?.cached_tokens ?? 0);
  return {
    textIn: usage.input_tokens - cached,
    textInCached: cached,
    textOut: usage.output_tokens,
    audioIn: 0,
    audioInCached: 0,
    audioOut: 0,
  };
}
