/**
 * The conversation as a pure step: turns in their order, tools one after the other, what was offered, chosen and done,
 * and how the call ends. It decides; its two legs carry out.
 *
 *   opening ──phone_opened──▶ talking ──end_call──▶ parting ──phone_closed──▶ [settling] ──▶ ended
 *                                ▲──caller speaks──────┘ └──for staff──▶ away (handover.ts)
 *
 * A call whose line closes while a tool runs settles first: it ends with the tool's answer.
 *
 * Numbers of turns are given in the order in which things were said: to the caller at the end of their speech, to Ava
 * at the first sample played. Texts come later, in any order, and find their number by the item.
 */
import { afterAnswers } from '../../src/domain/loop-guard.ts';
import { type DeadlineMessage, type Step, withoutDeadline } from '../kernel/actor.ts';
import { andThen, type CallEffect, type CallTransition, keep } from './effects.ts';
import { enterEnded, modelLost, phoneClosed, responseEnded, timeIsShort, timeIsUp } from './ending.ts';
import { bargedIn, callerSpeaks, callerStops, playbackPaused, wordsAreLate } from './floor.ts';
import { whileAway } from './handover.ts';
import { remembering } from './history.ts';
import { keyPressed, keysEnded } from './keys.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import {
  changingOver,
  isHeardAgain,
  lineOpened,
  notReheard,
  sessionLost,
  sessionReady,
  turnAgain,
  voiceBegins,
} from './model-link.ts';
import { takenUp } from './resume.ts';
import { fromScreen, nothingSaid } from './screen.ts';
import { answerIsDue, answerIsLate, callerIsSilent, callerMayBeUnheard, watchSilence } from './silence.ts';
import { speechBegan, speechConfirmed, speechCut, speechHeard, withText } from './speech.ts';
import type { CallState } from './state.ts';
import { settle, TIMED_OUT, toolAnswered, toolRequested } from './tools.ts';
import { callerTurn, callerWords, enterTalking, holdAnswered } from './turns.ts';

export function callStep(facts: CallFacts): Step<CallState, CallMessage | DeadlineMessage, CallEffect> {
  return (state, message, now) => {
    if (state.mode === 'ended') return keep(state);
    if (message.type === 'billed') return keep({ ...state, usage: message.usage });
    if (state.mode === 'settling' && message.type !== 'taken_up') return settle(state, message, now);
    if (state.mode === 'away') return whileAway(facts, state, message, now);
    const stepped = remembering(handle(facts, state, message, now), now);
    return changingOver(watchSilence(facts, stepped, now));
  };
}

function handle(
  facts: CallFacts,
  state: CallState,
  message: CallMessage | DeadlineMessage,
  now: number,
): CallTransition {
  switch (message.type) {
    case 'phone_opened':
      return state.mode === 'opening' ? enterTalking(facts, state) : lineOpened(facts, state);
    case 'caller_speech_started':
      return isHeardAgain(state, message) ? keep(state) : callerSpeaks(facts, voiceBegins(state, message), now);
    case 'caller_speech_stopped':
      return callerStops(facts, state, message.speechMs, now);
    case 'caller_turn_committed':
      return (message.again && turnAgain(state, message.itemId, now)) || callerTurn(facts, state, message.itemId, now);
    case 'commit_refused':
      return nothingSaid(facts, state, true);
    case 'caller_words':
      return callerWords(facts, state, message.itemId, message.text, now);
    case 'caller_words_failed':
      return callerWords(facts, state, message.itemId, null, now);
    case 'response_started':
      return {
        state: { ...state, responding: true, empty: true, loop: afterAnswers(state.loop) },
        effects: [{ kind: 'event', name: 'response.started', event: {} }],
      };
    case 'words_delta':
      return keep(withText(state, message.itemId, (text) => text + message.text));
    case 'words':
      return keep(withText(state, message.itemId, () => message.text));
    case 'playback_started':
      return speechBegan(state, message.itemId, now);
    case 'playback_finished':
      return speechHeard(facts, state, message, false, now);
    case 'playback_confirmed':
      return speechConfirmed(state, message.itemId, now);
    case 'playback_paused':
      return playbackPaused(state, message.items);
    case 'playback_cut':
      return speechCut(facts, state, message.items, now);
    case 'tool_requested':
      return toolRequested(facts, { ...state, empty: false }, message, now);
    case 'tool_answered':
      return toolAnswered(facts, state, message.callId, message.outcome, now);
    case 'hold_answered':
      return holdAnswered(state, message.slotId, message.result);
    case 'response_ended':
      return andThen(
        { state, effects: [{ kind: 'event', name: 'response.ended', event: { status: message.status } }] },
        (next) => responseEnded(facts, { ...next, responding: false }, message.status, now),
      );
    case 'digit':
      return keyPressed(facts, state, message.digit, now);
    case 'caller_typed':
    case 'caller_commits':
    case 'caller_interrupts':
    case 'line_lost':
    case 'line_back':
      return fromScreen(facts, state, message, now);
    case 'billed':
    case 'staff_told':
    case 'staff_answered':
    case 'staff_missed':
    case 'caller_left':
      return keep(state);
    case 'model_ready':
      return sessionReady(facts, state, message, now);
    case 'model_lost':
      return message.retrying ? sessionLost(facts, state, message, now) : modelLost(state);
    case 'model_stands_by':
      return keep({ ...state, link: { ...state.link, standsBy: true } });
    case 'phone_closed':
      return phoneClosed(state, message.reason === 'hung_up' ? 'ava' : `caller_${message.reason}`, now);
    case 'caller_known':
      return { state, effects: [{ kind: 'tell_model', order: { type: 'note', text: message.note } }] };
    case 'taken_up':
      return takenUp(facts, state, message, now);
    case 'shut_down':
      return enterEnded({ ...state, broke: true }, message.reason, now);
    case 'deadline':
      return deadline(facts, state, message.name, now);
  }
}

function deadline(facts: CallFacts, state: CallState, name: string, now: number): CallTransition {
  switch (name) {
    case 'tool': {
      const running = state.tools[0];
      return running ? toolAnswered(facts, state, running.callId, TIMED_OUT, now) : keep(state);
    }
    case 'keys':
      return keysEnded(facts, state, now);
    case 'barge_in':
      return bargedIn(facts, state, now);
    case 'words':
      return wordsAreLate(facts, state, now);
    case 'filler':
      return answerIsDue(facts, state, now);
    case 'filler_late':
      return answerIsLate(facts, state);
    case 'silence':
      return callerIsSilent(facts, state, now);
    case 'unheard':
      return callerMayBeUnheard(facts, state);
    case 'time_is_short':
      return timeIsShort(facts, state, now);
    case 'longest_call':
      return timeIsUp(facts, state, now);
    case 'reheard':
      return notReheard(facts, state, now);
    case 'time_is_up':
    case 'farewell':
      return closeLine(state);
    default:
      return keep(state);
  }
}

/** Once, however many reasons there are. */
function closeLine(state: CallState): CallTransition {
  return {
    state: withoutDeadline(state, 'time_is_up', 'farewell'),
    effects: [{ kind: 'tell_phone', message: { type: 'hang_up', afterPlayback: false } }],
  };
}
