/**
 * What a session has to know that was not there: turns as they were recorded, notes and tools as they were told. It is
 * drawn from what the steps want done, so that nothing recorded or told is forgotten, and kept in the order in which
 * things happened: a caller's words come late, and belong before the answer to them. Bounded; the oldest go first, a
 * tool call always with its answer.
 */
import type { ConversationEntry } from '../../src/domain/ports.ts';
import type { HistoryItem } from '../model/messages.ts';
import type { CallEffect, CallTransition } from './effects.ts';
import type { CallState } from './state.ts';

/** `at`: when it was said or done, ms since the epoch; `turn`: how it stands in the record, as which it may have to be written again. */
export type Remembered = HistoryItem & { readonly at: number; readonly turn?: RememberedTurn | undefined };

type Turn = Extract<ConversationEntry, { kind: 'turn' }>;
/** All but its words, which the item has. */
type RememberedTurn = Pick<Turn, 'n' | 'startedAt' | 'endedAt' | 'interrupted' | 'answeredAfterMs' | 'heardAfterMs'>;

export const HISTORY_LIMITS = { items: 100, characters: 16_000 } as const;

/** The transition with what it records and tells remembered. */
export function remembering(transition: CallTransition, now: number): CallTransition {
  const { state, effects } = transition;
  if (effects.length === 0) return transition;
  // What was written or keyed is told as it is, and may stand in the record by its length alone.
  const isTyped = effects.some((effect) => effect.kind === 'tell_model' && effect.order.type === 'caller_text');
  const items = effects.filter((effect) => !(isTyped && isCallerTurn(effect))).flatMap((each) => remembered(each, now));
  return { state: items.reduce(remember, state), effects };
}

function isCallerTurn(effect: CallEffect): boolean {
  return effect.kind === 'record' && effect.entry.kind === 'turn' && effect.entry.role === 'customer';
}

export function remember(state: CallState, item: Remembered): CallState {
  const { history } = state;
  const later = history.findIndex(({ at }) => at > item.at);
  const place = later < 0 ? history.length : later;
  return { ...state, history: newest([...history.slice(0, place), item, ...history.slice(place)]) };
}

/** The turns that are remembered, for whoever takes the call up: the node before may not have come to write them. */
export function turnsOf({ history, identity: { conversationId, clinicId } }: CallState): readonly Turn[] {
  return history.flatMap((item): readonly Turn[] => {
    if (!item.turn || (item.kind !== 'caller' && item.kind !== 'assistant')) return [];
    const role = item.kind === 'caller' ? 'customer' : 'assistant';
    return [{ kind: 'turn', conversationId, clinicId, role, text: item.text, ...item.turn }];
  });
}

/** As if all of these had been remembered one by one, in whatever order. */
export function remembersAll(state: CallState, items: readonly Remembered[]): CallState {
  return { ...state, history: newest(items.toSorted((a, b) => a.at - b.at)) };
}

function remembered(effect: CallEffect, now: number): readonly Remembered[] {
  if (effect.kind === 'record' && effect.entry.kind === 'turn') {
    const { role, text, startedAt, endedAt } = effect.entry;
    const turn = turnOf(effect.entry);
    return role === 'customer'
      ? [{ kind: 'caller', text, at: endedAt, turn }]
      : [{ kind: 'assistant', text, at: startedAt, turn }];
  }
  if (effect.kind !== 'tell_model') return [];
  const { order } = effect;
  if (order.type === 'caller_text') return [{ kind: 'caller', text: order.text, at: now }];
  if (order.type === 'note') return [{ kind: 'note', text: order.text, at: now }];
  if (order.type !== 'tool_result') return [];
  const { callId, name, argumentsText, output } = order;
  return [{ kind: 'tool', callId, name, argumentsText, output, at: now }];
}

function turnOf({ n, startedAt, endedAt, interrupted, answeredAfterMs, heardAfterMs }: Turn): RememberedTurn {
  const delays = {
    ...(answeredAfterMs !== undefined && { answeredAfterMs }),
    ...(heardAfterMs !== undefined && { heardAfterMs }),
  };
  return { n, startedAt, endedAt, interrupted, ...delays };
}

function newest(history: readonly Remembered[]): readonly Remembered[] {
  let characters = 0;
  let first = history.length;
  while (first > Math.max(0, history.length - HISTORY_LIMITS.items)) {
    characters += sizeOf(history[first - 1]);
    if (characters > HISTORY_LIMITS.characters) break;
    first--;
  }
  return history.slice(first);
}

function sizeOf(item: HistoryItem | undefined): number {
  if (!item) return 0;
  return item.kind === 'tool' ? item.name.length + item.argumentsText.length + item.output.length : item.text.length;
}
