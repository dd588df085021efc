/**
 * What a session is told. Before the first one is there, facts wait for it; while another one is opened they do not:
 * the call remembers all it ever told and tells it again, in order (`restore`).
 */
import type { HistoryItem, ModelCommand, ModelOrder } from './messages.ts';
import { askNext } from './responses.ts';
import { keep, MODEL_LIMITS, type ModelEffect, type ModelState, type ModelTransition, send } from './state.ts';

export function command(state: ModelState, ...orders: readonly ModelCommand[]): ModelTransition {
  if (state.mode === 'ready' && !state.untold) return { state, effects: orders.map(send) };
  if (state.known) return keep(state);
  return keep({ ...state, waiting: [...state.waiting, ...orders].slice(-MODEL_LIMITS.waiting) });
}

/** A session that did not make the call itself is told of it first: an answer to nothing would be refused. */
export function toolResult(state: ModelState, order: Extract<ModelOrder, { type: 'tool_result' }>): ModelTransition {
  const { callId, output } = order;
  if (state.calls.includes(callId)) return command(state, { type: 'tool_output', callId, output });
  return command(state, ...commandsFor({ ...order, kind: 'tool' }));
}

/** A turn that the caller ended by hand can be made by a session only that heard it. */
export function commit(state: ModelState): ModelTransition {
  if (state.mode === 'ready' && !state.deaf) return { state, effects: [send({ type: 'commit_audio' })] };
  return keep({ ...state, commitOwed: true });
}

/** The session hears the caller from here on, beginning with what was kept. */
export function letHear(state: ModelState): ModelTransition {
  const owed: readonly ModelEffect[] = state.commitOwed ? [send({ type: 'commit_audio' })] : [];
  return { state: { ...state, deaf: false, commitOwed: false }, effects: [{ kind: 'let_hear' }, ...owed] };
}

export function forget(state: ModelState, itemId: string): ModelTransition {
  const told = command(state, { type: 'delete_item', itemId });
  return { state: told.state, effects: [...told.effects, { kind: 'forget_audio', itemId }] };
}

/** What a session needs to go on where another one ended; then it hears, and where that was all, it is asked. */
export function restore(
  state: ModelState,
  history: readonly HistoryItem[],
  more: boolean,
  now: number,
): ModelTransition {
  if (state.mode !== 'ready') return keep(state);
  const calls = [...state.calls, ...callsIn(history)].slice(-MODEL_LIMITS.calls);
  const hearing = state.deaf ? letHear(state) : keep(state);
  const asked = askNext({ ...hearing.state, calls, untold: more }, now);
  return { state: asked.state, effects: [...retold(history), ...hearing.effects, ...asked.effects] };
}

export function retold(history: readonly HistoryItem[]): readonly ModelEffect[] {
  return history.flatMap(commandsFor).map(send);
}

export function callsIn(history: readonly HistoryItem[]): readonly string[] {
  return history.flatMap((item) => (item.kind === 'tool' ? [item.callId] : [])).slice(-MODEL_LIMITS.calls);
}

function commandsFor(item: HistoryItem): readonly ModelCommand[] {
  switch (item.kind) {
    case 'caller':
      return [{ type: 'caller_text', text: item.text }];
    case 'assistant':
      return [{ type: 'assistant_text', text: item.text }];
    case 'note':
      return [{ type: 'note', text: item.text }];
    case 'tool': {
      const { callId, name, argumentsText, output } = item;
      return [
        { type: 'tool_call', callId, name, argumentsText },
        { type: 'tool_output', callId, output },
      ];
    }
  }
}
