/** A turn of a conversation by text: what was said and done so far as a request, and what the model answers. */
import type { ResponseInput } from 'openai/resources/responses/responses';
import type { AskTextModel, TextBrief, TextItem } from '../domain/texting.ts';
import { NO_USAGE, responseUsage } from '../domain/usage.ts';
import type { AskModel, TextRequest } from './responses.ts';

/** Many times what a text message takes; a model that thinks before it answers spends of it, too. */
const MAX_OUTPUT_TOKENS = 4_000;

export function textingModel(ask: AskModel, model: string): AskTextModel {
  return async (brief, context, signal) => {
    const { text, calls, usage } = await ask(requestFor(model, brief), context, signal);
    return { text, calls, usage: usage === null ? NO_USAGE : responseUsage(model, usage) };
  };
}

function requestFor(model: string, { instructions, tools, items }: TextBrief): TextRequest {
  return {
    model,
    instructions,
    input: items.map(inputItem),
    tools: tools.map((tool) => ({ type: 'function', ...tool, parameters: { ...tool.parameters }, strict: false })),
    max_output_tokens: MAX_OUTPUT_TOKENS,
    // What customers wrote stays with the clinic.
    store: false,
  };
}

const ROLES = { customer: 'user', assistant: 'assistant', note: 'developer' } as const;

function inputItem(item: TextItem): ResponseInput[number] {
  switch (item.kind) {
    case 'call':
      return { type: 'function_call', call_id: item.callId, name: item.name, arguments: item.argumentsText };
    case 'output':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'customer':
    case 'assistant':
    case 'note':
      return { role: ROLES[item.kind], content: item.text };
  }
}
