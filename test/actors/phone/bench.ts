/** One phone leg under test: messages in a word each, effects in plain words. */
import type { HeardItem } from '../../../actors/call/messages.ts';
import type { PhoneMessage } from '../../../actors/phone/messages.ts';
import { NEW_PHONE, type PhoneEffect, type PhoneState, phoneStep } from '../../../actors/phone/state.ts';
import { ofKind, StepBench } from '../../support/step-bench.ts';

export type PhoneBench = StepBench<PhoneState, PhoneMessage, PhoneEffect>;

/** A line that waits to be opened. */
export function newLine(): PhoneBench {
  return new StepBench(phoneStep, NEW_PHONE);
}

export function openLine(): PhoneBench {
  const line = newLine();
  line.tell({ type: 'line_opened' });
  return line;
}

export const speech = (itemId: string, ms: number, payload = `${itemId} ${ms}`): PhoneMessage => ({
  type: 'speech',
  itemId,
  ms,
  payload,
});
export const complete = (itemId: string): PhoneMessage => ({ type: 'speech_complete', itemId });
export const mark = (name: string): PhoneMessage => ({ type: 'mark', name });
export const interrupt: PhoneMessage = { type: 'interrupt' };
export const pause: PhoneMessage = { type: 'pause' };
export const resume: PhoneMessage = { type: 'resume' };
export const stay: PhoneMessage = { type: 'stay' };
export const hangUp = (afterPlayback: boolean): PhoneMessage => ({ type: 'hang_up', afterPlayback });

/** What the call was told, in order; what marks proved aside. */
export function told(effects: readonly PhoneEffect[]) {
  const all = ofKind(effects, 'tell_call').map((effect) => effect.message);
  return all.filter((message) => message.type !== 'playback_confirmed');
}

/** The items of which a mark proved that the caller hears them, in order. */
export function confirmed(effects: readonly PhoneEffect[]): string[] {
  return ofKind(effects, 'tell_call').flatMap(({ message }) =>
    message.type === 'playback_confirmed' ? [message.itemId] : [],
  );
}

/** The types of what the call was told, in order. */
export function toldTypes(effects: readonly PhoneEffect[]): string[] {
  return told(effects).map((message) => message.type);
}

/** Item and heard ms of everything that was cut. */
export function cuts(effects: readonly PhoneEffect[]): [string, number][] {
  return told(effects).flatMap((message) =>
    message.type === 'playback_cut' ? message.items.map((item): [string, number] => [item.itemId, item.heardMs]) : [],
  );
}

export function heard(itemId: string, heardMs: number, sentMs: number, whole: boolean): HeardItem {
  return { itemId, heardMs, sentMs, complete: whole };
}
