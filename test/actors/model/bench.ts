/** One model leg under test: reports in a word each, effects in plain words. */
import type { ModelCommand, ModelMessage } from '../../../actors/model/messages.ts';
import { type ModelEffect, type ModelState, newModel } from '../../../actors/model/state.ts';
import { modelStep } from '../../../actors/model/step.ts';
import { NOW, ofKind, StepBench } from '../../support/step-bench.ts';

export type ModelBench = StepBench<ModelState, ModelMessage, ModelEffect>;

export const ready: ModelMessage = { type: 'session_ready' };
export const respond: ModelMessage = { type: 'respond' };
export const say = (sentence: string): ModelMessage => ({ type: 'say', sentence });
export const cut: ModelMessage = { type: 'cut' };
export const heardOnly = (itemId: string, heardMs: number): ModelMessage => ({ type: 'heard_only', itemId, heardMs });
export const started = (responseId = 'r'): ModelMessage => ({ type: 'response_started', responseId });
export const audio = (itemId: string, ms = 100): ModelMessage => ({ type: 'audio', itemId, ms, payload: 'AAAA' });
export const refused = (code: string): ModelMessage => ({ type: 'refused', code });
export const lost: ModelMessage = { type: 'lost', kind: 'closed', code: 'close_1006' };

export function ended(status: 'completed' | 'cancelled' | 'failed' | 'incomplete' = 'completed'): ModelMessage {
  return { type: 'response_ended', responseId: 'r', status, usage: null };
}

export const ACTIVE = 'conversation_already_has_active_response';
export const NOT_ACTIVE = 'response_cancel_not_active';

/** A leg whose session is not there yet. */
export function connecting(): ModelBench {
  return new StepBench(modelStep, newModel(NOW));
}

/** The same of a call that goes on over another line. */
export function goingOn(): ModelBench {
  return new StepBench(modelStep, newModel(NOW, true));
}

export function readyModel(): ModelBench {
  const model = connecting();
  model.tell(ready);
  return model;
}

/** A leg with a response asked for and begun. */
export function speaking(): ModelBench {
  const model = readyModel();
  model.tell(respond, started());
  return model;
}

/** What went over the wire, in order. */
export function sent(effects: readonly ModelEffect[]): ModelCommand[] {
  return ofKind(effects, 'send').map((effect) => effect.command);
}

/** The sentences of the responses that were asked for; null for the model's own words. */
export function asked(effects: readonly ModelEffect[]): (string | null)[] {
  return sent(effects).flatMap((command) => (command.type === 'create_response' ? [command.sentence] : []));
}

/** The types of what the call was told, in order. */
export function toldTypes(effects: readonly ModelEffect[]): string[] {
  return ofKind(effects, 'tell_call').map((effect) => effect.message.type);
}

export const CANCEL: ModelCommand = { type: 'cancel_response' };
export const truncated = (itemId: string, heardMs: number): ModelCommand => ({ type: 'truncate', itemId, heardMs });
