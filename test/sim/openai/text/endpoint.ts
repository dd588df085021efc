/** `POST /v1/responses`: a request in, a whole response out, unless a fault strikes. Keeps nothing. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response, ResponseOutputItem } from 'openai/resources/responses/responses';
import { freshId, seededRandom } from '../chance.ts';
import type { FaultOf } from '../faults.ts';
import { refuse } from '../refusal.ts';
import { textTokens } from '../usage.ts';
import type { World } from '../world.ts';
import { type TextRequest, textRequestOf } from './request.ts';
import { type Thought, thoughtOf, wordsTold } from './thinking.ts';

const TEXT_FAULTS = ['text_error', 'text_hang', 'text_broken', 'text_refusal', 'text_incomplete'] as const;
type TextFault = FaultOf<(typeof TEXT_FAULTS)[number]>;

export type TextWorld = Pick<World, 'brain' | 'faults' | 'log' | 'timing'>;

/** Answers a request by its parsed body. */
export async function answerText(world: TextWorld, body: unknown, response: ServerResponse): Promise<void> {
  const parsed = textRequestOf(body);
  if ('refusal' in parsed) return send(response, 400, { error: parsed.refusal });
  const { request } = parsed;
  const nth = world.faults.count('text');
  world.log.add({ kind: 'text_request', model: request.model, nth, told: wordsTold(request) });
  const fault = world.faults.strike(TEXT_FAULTS, { nth });
  if (fault !== undefined) world.log.add({ kind: 'fault', fault: fault.kind });
  if (fault?.kind === 'text_hang') return;
  if (fault?.kind === 'text_error') return sendError(response, fault);
  await sleep(world.timing.thinkMs, undefined, { ref: false });
  const answer = responseOf(request, thoughtOf(request, world.brain(), seededRandom(nth)), fault);
  world.log.add({ kind: 'text_response', status: answer.status ?? '', text: answer.output_text });
  const { output_text: _sdkOnly, ...sent } = answer;
  send(response, 200, sent);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendError(response: ServerResponse, { status, code, retryAfterS }: FaultOf<'text_error'>): void {
  if (retryAfterS !== undefined) response.setHeader('retry-after', String(retryAfterS));
  const type = status === 429 ? 'requests' : status >= 500 ? 'server_error' : 'invalid_request_error';
  send(response, status, { error: { ...refuse(code ?? null, 'Something went wrong, on purpose.'), type } });
}

function responseOf(request: TextRequest, thought: Thought, fault: TextFault | undefined): Response {
  const text = fault?.kind === 'text_broken' ? thought.text?.slice(0, thought.text.length / 2) : thought.text;
  const output = fault?.kind === 'text_refusal' ? [refusalItem()] : outputOf({ ...thought, text });
  const read = textTokens(wordsTold(request) + (request.instructions ?? ''));
  const written = textTokens((text ?? '') + JSON.stringify(thought.calls));
  return {
    id: freshId('resp'),
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: fault?.kind === 'text_incomplete' ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: fault?.kind === 'text_incomplete' ? { reason: fault.reason } : null,
    instructions: request.instructions ?? null,
    max_output_tokens: request.max_output_tokens ?? null,
    metadata: request.metadata ?? null,
    model: request.model,
    output,
    output_text: text ?? '',
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    temperature: request.temperature ?? 1,
    tool_choice: request.tool_choice ?? 'auto',
    tools: [],
    top_p: request.top_p ?? 1,
    usage: {
      input_tokens: read,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: read + written,
    },
  };
}

function outputOf({ text, calls }: Thought): ResponseOutputItem[] {
  const said: ResponseOutputItem[] =
    text === undefined ? [] : [messageItem({ type: 'output_text', text, annotations: [] })];
  const called = calls.map(
    ({ callId, ...call }): ResponseOutputItem => ({
      type: 'function_call',
      id: freshId('item'),
      call_id: callId,
      status: 'completed',
      ...call,
    }),
  );
  return [...said, ...called];
}

type Message = Extract<ResponseOutputItem, { type: 'message' }>;

function messageItem(part: Message['content'][number]): Message {
  return { type: 'message', id: freshId('item'), role: 'assistant', status: 'completed', content: [part] };
}

function refusalItem(): Message {
  return messageItem({ type: 'refusal', refusal: "I'm sorry, I can't help with that." });
}
