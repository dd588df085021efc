/** What is answered to a text request: in a form where one is asked for, else as the simulator's brain would talk. */
import type { Brain, BrainItem } from '../brain/brain.ts';
import { freshId, type Random } from '../chance.ts';
import { readingOf } from './reading.ts';
import type { InputItem, TextRequest } from './request.ts';
import { structured } from './structured.ts';

export interface Thought {
  readonly text: string | undefined;
  readonly calls: readonly { readonly callId: string; readonly name: string; readonly arguments: string }[];
}

export function thoughtOf(request: TextRequest, brain: Brain, random: Random): Thought {
  const format = request.text?.format;
  if (format?.type === 'json_schema') {
    return { text: JSON.stringify(structured(format.schema, readingOf(wordsTold(request)))), calls: [] };
  }
  const toolChoice = request.tool_choice ?? 'auto';
  const reply = brain.reply({
    sessionInstructions: request.instructions ?? '',
    tools: request.tools ?? [],
    toolChoice,
    items: itemsOf(request).map(brainItemOf),
    nowMs: Date.now(),
    random,
  });
  const calls = toolChoice === 'none' ? [] : (reply.calls ?? []);
  return { text: reply.say, calls: calls.map((call) => ({ callId: freshId('call'), ...call })) };
}

/** All that the model was shown besides its instructions. */
export function wordsTold(request: TextRequest): string {
  return itemsOf(request)
    .map((item) => (item.type === 'message' ? textOf(item.content) : JSON.stringify(item)))
    .join('\n');
}

function itemsOf({ input }: TextRequest): readonly InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input;
}

type Content = Extract<InputItem, { type: 'message' }>['content'];

function textOf(content: Content): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join(' ');
}

function brainItemOf(item: InputItem): BrainItem {
  switch (item.type) {
    case 'function_call':
      return { kind: 'call', callId: item.call_id, name: item.name, arguments: item.arguments };
    case 'function_call_output':
      return { kind: 'output', callId: item.call_id, output: item.output };
    case 'message': {
      const text = textOf(item.content);
      if (item.role === 'user') return { kind: 'caller', text, audible: text.trim() !== '' };
      return { kind: item.role === 'assistant' ? 'assistant' : 'system', text };
    }
  }
}
