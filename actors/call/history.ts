/** What a new model session needs to be told of a call: who said what, as it was heard, and what tools answered. */
import type { HistoryItem } from '../model/messages.ts';
import type { CallState } from './state.ts';

/** Some half an hour of talk; of longer calls the beginning is forgotten first. */
export const HISTORY_LIMIT = 200;

export function remember(state: CallState, ...items: readonly HistoryItem[]): CallState {
  return { ...state, history: [...state.history, ...items].slice(-HISTORY_LIMIT) };
}
