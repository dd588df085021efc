/** A call in plain steps, recorded as its actor records it. */
import type { CallFacts, CallMessage } from '../../actors/call/messages.ts';
import { recordedStep } from '../../actors/call/recording.ts';
import { type CallState, newCall } from '../../actors/call/state.ts';
import type { CallFence } from '../../src/domain/call-keeping.ts';
import type { ConversationLog } from '../../src/domain/ports.ts';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';
import { FACTS, finished, playback, responseEnded, speechStarted, words } from '../actors/call/bench.ts';
import { radiance } from './memory-clinics.ts';
import { NOW, StepBench } from './step-bench.ts';

const facts: CallFacts = { ...FACTS, phrasesIn: (language) => fixedPhrases(radiance, language) };

/** Ava greets, and the caller says what they want. */
const SPOKEN: readonly CallMessage[] = [
  { type: 'phone_opened' },
  { type: 'response_started' },
  { type: 'words_delta', itemId: 'a1', text: 'Thank you for calling.' },
  playback('a1'),
  responseEnded(),
  finished('a1'),
  speechStarted,
  { type: 'caller_speech_stopped', speechMs: 900 },
  { type: 'caller_turn_committed', itemId: 'u1' },
  words('u1', 'Botox, please.'),
];

/** Its state in the end. */
export function callSpoken(log: ConversationLog, conversationId: string, callSid: string): CallState {
  const identity = {
    conversationId,
    callSid,
    clinicId: radiance.id,
    channel: 'voice',
    callerPhone: '+15550100142',
    calledNumber: radiance.phone,
    node: 'node-a',
  } as const;
  return folded(log, newCall(identity, facts, NOW), SPOKEN);
}

/** From this state on, in the name of this owner; its state in the end. */
export function folded(
  log: ConversationLog,
  state: CallState,
  messages: readonly CallMessage[],
  fence?: CallFence,
): CallState {
  const { clinicId, conversationId } = state.identity;
  const step = recordedStep(facts, state, NOW, (fold) =>
    log.write({ kind: 'folded', clinicId, conversationId, fold, fence }),
  );
  const call = new StepBench(step, state);
  for (const message of messages) {
    call.wait(33.25);
    call.tell(message);
  }
  return call.state;
}
