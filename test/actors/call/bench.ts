/** One conversation under test: messages in a word each, effects in plain words. */
import type { CallEffect } from '../../../actors/call/effects.ts';
import {
  CALL_LIMITS,
  type CallFacts,
  type CallIdentity,
  type CallMessage,
  type FarEnd,
} from '../../../actors/call/messages.ts';
import { type CallState, newCall } from '../../../actors/call/state.ts';
import { callStep } from '../../../actors/call/step.ts';
import { headOf, itemOf, restored } from '../../../src/bin/call-snapshot.ts';
import type { DealingsChange } from '../../../src/domain/dealings.ts';
import type { CallPhrases } from '../../../src/domain/fixed-phrases.ts';
import type { Channel, ConversationEntry } from '../../../src/domain/ports.ts';
import type { Slot } from '../../../src/domain/slots.ts';
import type { ToolOutcome } from '../../../src/domain/tools.ts';
import { radiance } from '../../support/memory-clinics.ts';
import { NOW, ofKind, StepBench } from '../../support/step-bench.ts';

export type CallBench = StepBench<CallState, CallMessage, CallEffect>;

export const PHRASES: CallPhrases = {
  greeting: 'Thank you for calling. This is Ava, the AI assistant. How can I help you?',
  disclosure: 'This is Ava, the AI assistant.',
  goodbye: 'Goodbye!',
  oneMoment: 'One moment, please.',
  stillThere: 'Are you still there?',
  silentGoodbye: 'I can no longer hear you. Goodbye!',
  timeIsShort: 'Our call ends in a minute.',
  timeIsUp: 'Our time is up.',
  connecting: 'I am connecting you.',
  emergency: 'This needs a person at once. I am connecting you.',
  emergencyAlone: 'This needs a person at once.',
  lostYou: 'I lost you.',
  notUnderstood: 'Say that again?',
  staffBusy: 'The line is busy. A message?',
  staffAway: 'Nobody is there. A message?',
};

/** A clinic whose phrases have no rendering: the model says them. */
export const FACTS: CallFacts = {
  clinic: radiance,
  phrasesIn: () => PHRASES,
  rendered: () => undefined,
  limits: CALL_LIMITS,
};

export const LONGEST_CALL_MS = radiance.conversation.longestCallMinutes * 60_000;
export const BARGE_IN_MS = radiance.conversation.bargeInMs;

export const RENDERED_MS = 1_200;
/** The same clinic with every phrase at hand, each as long. */
export const RENDERED: CallFacts = { ...FACTS, rendered: (_, text) => ({ payload: text, ms: RENDERED_MS }) };

const IDENTITY: CallIdentity = {
  conversationId: '4f7f3a0e-7d0b-4c52-9a53-6a3b6a3f1c11',
  clinicId: radiance.id,
  channel: 'voice',
  callSid: `CA${'0'.repeat(32)}`,
  callerPhone: '+15550100142',
  calledNumber: radiance.phone,
  node: 'node-a',
};

/** A call whose phone is not open yet. */
export function newConversation(facts = FACTS, channel: Channel = 'voice'): CallBench {
  return new StepBench(callStep(facts), newCall({ ...IDENTITY, channel }, facts, NOW));
}

/** A call in which Ava has greeted, and was heard. */
export function greeted(facts = FACTS): CallBench {
  const call = newConversation(facts);
  call.tell({ type: 'phone_opened' });
  if (facts === RENDERED) call.tell(playback('phrase_1'), finished('phrase_1', RENDERED_MS));
  else says(call, 'greeting', 'Thank you for calling.');
  return call;
}

/** Ava says a whole response of one item, and the caller hears all of it. */
export function says(call: CallBench, itemId: string, text: string): CallEffect[] {
  return [...begins(call, itemId, text), ...call.tell(responseEnded(), finished(itemId))];
}

/** Ava begins an item; all of its words are there, and its response goes on. */
export function begins(call: CallBench, itemId: string, text: string): CallEffect[] {
  return call.tell({ type: 'response_started' }, { type: 'words', itemId, text }, { type: 'playback_started', itemId });
}

/** The caller speaks for a second; the words are still to come. */
export function callerSpeaks(call: CallBench, itemId: string): CallEffect[] {
  const effects = call.tell({ type: 'caller_speech_started' });
  call.wait(1_000);
  return [...effects, ...call.tell({ type: 'caller_speech_stopped', speechMs: 1_000 }, committed(itemId))];
}

/** The caller speaks, for longer than a noise may last: they have the floor. Answers the effects from then on. */
export function bargesIn(call: CallBench): CallEffect[] {
  call.tell(speechStarted);
  return call.wait(BARGE_IN_MS + 650);
}

export const committed = (itemId: string): CallMessage => ({ type: 'caller_turn_committed', itemId });
export const words = (itemId: string, text: string): CallMessage => ({ type: 'caller_words', itemId, text });
export const speechStarted: CallMessage = { type: 'caller_speech_started' };
export const playback = (itemId: string): CallMessage => ({ type: 'playback_started', itemId });

export function finished(itemId: string, sentMs = 1_000): CallMessage {
  return { type: 'playback_finished', itemId, heardMs: sentMs, sentMs, complete: true };
}

/** Ava fell silent after `heardMs` of an item that is complete. */
export function paused(itemId: string, heardMs: number, sentMs: number): CallMessage {
  return { type: 'playback_paused', items: [{ itemId, heardMs, sentMs, complete: true }] };
}

/** An item cut at `heardMs` of 1,000. */
export function cutAt(itemId: string, heardMs: number, complete = true): CallMessage {
  return { type: 'playback_cut', items: [{ itemId, heardMs, sentMs: 1_000, complete }] };
}

export function responseEnded(status: 'completed' | 'cancelled' | 'failed' | 'incomplete' = 'completed'): CallMessage {
  return { type: 'response_ended', status };
}

/** Each call of a tool asks for something else, unless told what. */
export function toolRequested(
  callId: string,
  name = 'get_clinic_info',
  argumentsText = `{"for":"${callId}"}`,
): CallMessage {
  return { type: 'tool_requested', callId, name, argumentsText };
}

export function toolAnswered(callId: string, changes: readonly DealingsChange[] = [], facts = {}): CallMessage {
  return { type: 'tool_answered', callId, outcome: succeeded(changes, facts) };
}

export function succeeded(changes: readonly DealingsChange[] = [], facts = {}): ToolOutcome {
  return { answer: { success: true, ...facts }, changes };
}

export const ENDING: readonly DealingsChange[] = [{ type: 'ending' }];

/** Tomorrow at nine, ten, … in New York. */
export function slots(count: number): Slot[] {
  const [service, provider] = [radiance.services[0], radiance.providers[0]];
  if (!service || !provider) throw new Error('the seeded clinic has no services');
  return Array.from({ length: count }, (_, hour) => {
    const startsAt = Date.parse('2026-11-24T14:00:00Z') + hour * 3_600_000;
    return { serviceId: service.id, providerId: provider.id, startsAt, endsAt: startsAt + service.minutes * 60_000 };
  });
}

/** What the record was given, in order. */
export function recorded(effects: readonly CallEffect[]): ConversationEntry[] {
  return ofKind(effects, 'record').map((effect) => effect.entry);
}

/** The turns that were recorded: number, who, what, and whether it was cut. */
export function turns(effects: readonly CallEffect[]): (readonly [number, string, string, boolean])[] {
  return recorded(effects).flatMap((entry) =>
    entry.kind === 'turn' ? [[entry.n, entry.role, entry.text, entry.interrupted] as const] : [],
  );
}

/** What the model was told, in order. */
export function orders(effects: readonly CallEffect[]) {
  return ofKind(effects, 'tell_model').map((effect) => effect.order);
}

/** The types of what the model was told, in order. */
export function orderTypes(effects: readonly CallEffect[]): string[] {
  return orders(effects).map((order) => order.type);
}

/** What the phone was told, in order. */
export function phoneOrders(effects: readonly CallEffect[]) {
  return ofKind(effects, 'tell_phone').map((effect) => effect.message);
}

export function ran(effects: readonly CallEffect[]): string[] {
  return ofKind(effects, 'run_tool').map((effect) => effect.callId);
}

export function eventNames(effects: readonly CallEffect[]): string[] {
  return ofKind(effects, 'event').map((effect) => effect.name);
}

/** A session that knows the call from its history. */
export const ready: CallMessage = { type: 'model_ready', first: false };

/** The phrases that sound without a model: of `RENDERED` they are their own payload. */
export function spoken(effects: readonly CallEffect[]): string[] {
  return phoneOrders(effects).flatMap((order) => (order.type === 'speech' ? [order.payload] : []));
}

/** What a session is asked for. */
export function askedFor(effects: readonly CallEffect[]): string[] {
  return orders(effects).flatMap((order) =>
    order.type === 'say' ? [order.sentence] : order.type === 'respond' ? ['respond'] : [],
  );
}

/** The call as another node goes on with it, its line broken `goneMs` before. */
export function elsewhere(
  call: CallBench,
  goneMs = 1_000,
  farEnd?: FarEnd,
  facts = FACTS,
): { readonly call: CallBench; readonly effects: CallEffect[] } {
  const kept = restored(headOf(call.state), call.state.history.map(itemOf));
  const next: CallBench = new StepBench(callStep(facts), kept);
  next.now = call.now + goneMs;
  const takenUp: CallMessage = { type: 'taken_up', brokeAt: call.now, node: 'node-b', ...(farEnd && { farEnd }) };
  return { call: next, effects: next.tell(takenUp, { type: 'phone_opened' }) };
}
