/** Tools run one after the other, off the event chain, each with its time; answers reach the model in order. */
import { deal } from '../../src/domain/dealings.ts';
import type { FailureCode } from '../../src/domain/failures.ts';
import { guardCall, type LoopVerdict } from '../../src/domain/loop-guard.ts';
import type { ToolFailure, ToolOutcome } from '../../src/domain/tools.ts';
import { type DeadlineMessage, withDeadline, withoutDeadline } from '../kernel/actor.ts';
import type { ToolRequest } from '../model/messages.ts';
import { type CallEffect, type CallTransition, keep, record } from './effects.ts';
import { enterEnded, enterParting, isTransferDue, transfer } from './ending.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import { awaitAnswer } from './silence.ts';
import type { CallState, PendingTool } from './state.ts';
import { answerTools, letAnswer } from './turns.ts';

/** What may stand in line; a model that asks for more at once is answered, not obeyed. */
const TOOL_LINE = { calls: 12, characters: 8_000 };

export function toolRequested(
  facts: CallFacts,
  state: CallState,
  request: Extract<CallMessage, { type: 'tool_requested' }>,
  now: number,
): CallTransition {
  if (state.tools.some((tool) => tool.callId === request.callId)) return keep(state);
  if (!fitsLine(state, request)) {
    return { state, effects: [toolResult(request, TOO_MANY)] };
  }
  const n = state.toolCalls + 1;
  const { callId, name, argumentsText } = request;
  const { guard, verdict } = guardCall(state.loop, name, argumentsText);
  const pending = { callId, name, argumentsText, n, startedAt: 0, verdict };
  const queued = { ...state, toolCalls: n, loop: guard, tools: [...state.tools, pending] };
  return queued.tools.length === 1 ? runNext(facts, queued, now) : keep(queued);
}

/** Tools that ran or waited on a node that is gone run again, from the first: each has its effect once. */
export function rerunTools(facts: CallFacts, state: CallState, now: number): CallTransition {
  const tools = state.tools.map((tool) => ({ ...tool, startedAt: 0 }));
  return runNext(facts, { ...state, tools }, now);
}

function fitsLine({ tools }: CallState, request: Pick<PendingTool, 'callId' | 'name' | 'argumentsText'>): boolean {
  const sizes = [...tools, request].map(({ callId, name, argumentsText }) => `${callId}${name}${argumentsText}`.length);
  return tools.length < TOOL_LINE.calls && sizes.reduce((sum, size) => sum + size, 0) <= TOOL_LINE.characters;
}

function runNext(facts: CallFacts, state: CallState, now: number): CallTransition {
  const [next, ...others] = state.tools;
  if (!next) return keep(state);
  const { callId, name, argumentsText } = next;
  const running = { ...state, tools: [{ ...next, startedAt: now }, ...others] };
  if (next.verdict !== 'go_on') return toolAnswered(facts, running, callId, GOES_IN_CIRCLES[next.verdict], now);
  return {
    state: awaitAnswer(facts, withDeadline(running, 'tool', now + facts.limits.toolMs), now),
    effects: [
      { kind: 'event', name: 'tool.started', event: { tool: name } },
      { kind: 'run_tool', callId, name, argumentsText, dealings: state.dealings },
    ],
  };
}

export function toolAnswered(
  facts: CallFacts,
  state: CallState,
  callId: string,
  outcome: ToolOutcome,
  now: number,
): CallTransition {
  const tool = state.tools[0];
  const dealings = outcome.changes.reduce(deal, state.dealings);
  if (tool?.callId !== callId || tool.startedAt === 0) return lateAnswer({ ...state, dealings }, outcome);
  const answered = withoutDeadline({ ...state, dealings, tools: state.tools.slice(1) }, 'tool');
  const next = answered.tools.length > 0 ? runNext(facts, answered, now) : afterTools(facts, answered, now);
  return {
    state: next.state,
    effects: [...recordTool(state, tool, outcome, now), toolResult(tool, outcome.answer), ...next.effects],
  };
}

/** The caller is gone and one tool still runs: with its answer, or past its time, the call is over. */
export function settle(state: CallState, message: CallMessage | DeadlineMessage, now: number): CallTransition {
  const endedBy = state.endedBy ?? 'ava';
  const [tool] = state.tools;
  if (message.type === 'shut_down' || !tool) return enterEnded(state, endedBy, now);
  const timedOut = message.type === 'deadline' && message.name === 'tool';
  const answered = message.type === 'tool_answered' && message.callId === tool.callId;
  if (!timedOut && !answered) return keep(state);
  const outcome = answered ? message.outcome : TIMED_OUT;
  const ended = enterEnded({ ...state, dealings: outcome.changes.reduce(deal, state.dealings) }, endedBy, now);
  return { state: ended.state, effects: [...recordTool(state, tool, outcome, now), ...ended.effects] };
}

/** The caller is with staff, or on the way: what came of it is for the record, and for a session that may go on. */
export function toolAnsweredAway(state: CallState, callId: string, outcome: ToolOutcome, now: number): CallTransition {
  const [tool] = state.tools;
  const known = { ...state, dealings: outcome.changes.reduce(deal, state.dealings) };
  if (tool?.callId !== callId) return { state: known, effects: lateNews(outcome) };
  return {
    state: withoutDeadline({ ...known, tools: [] }, 'tool'),
    effects: [...recordTool(state, tool, outcome, now), toolResult(tool, outcome.answer)],
  };
}

function lateAnswer(state: CallState, outcome: ToolOutcome): CallTransition {
  const news = lateNews(outcome);
  return news.length === 0 ? keep(state) : { state, effects: [...news, ...letAnswer(state)] };
}

/** The model was told that this took too long; if it was done after all, it must know. */
function lateNews({ answer, changes }: ToolOutcome): readonly CallEffect[] {
  if (!answer.success || changes.length === 0) return [];
  const text = `An earlier tool call that had timed out did succeed: ${JSON.stringify(answer)}. Tell the caller.`;
  return [{ kind: 'tell_model', order: { type: 'note', text } }];
}

/** Whoever speaks has the floor: a caller who spoke meanwhile is answered at the end of their turn, and stays. */
function afterTools(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.callerSpeaksSince !== null) {
    // A sound that turns out to be nothing puts nothing off for good.
    const ending = state.doubt !== null && state.dealings.ending;
    return keep({ ...state, answerOwed: true, dealings: { ...state.dealings, ending } });
  }
  if (isTransferDue(state)) return state.responding ? keep(state) : transfer(facts, state, now);
  if (state.dealings.ending) return state.responding ? keep(state) : enterParting(facts, state, now);
  // The caller is on the way to staff: an answer now would only keep them.
  if (state.leaving !== null) return keep(state);
  return answerTools(state);
}

function recordTool(state: CallState, tool: PendingTool, outcome: ToolOutcome, now: number): CallEffect[] {
  const { answer } = outcome;
  const result: 'success' | FailureCode = answer.success ? 'success' : answer.error;
  return [
    record(state, {
      kind: 'tool_call',
      n: tool.n,
      callId: tool.callId,
      name: tool.name,
      arguments: parsedOrNull(tool.argumentsText),
      answer,
      success: answer.success,
      error: answer.success ? null : answer.error,
      startedAt: tool.startedAt,
      tookMs: Math.round(now - tool.startedAt),
    }),
    { kind: 'event', name: 'tool.finished', event: { tool: tool.name, result, ms: now - tool.startedAt } },
  ];
}

function toolResult({ callId, name, argumentsText }: ToolRequest, answer: unknown): CallEffect {
  const output = JSON.stringify(answer);
  return { kind: 'tell_model', order: { type: 'tool_result', callId, name, argumentsText, output } };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const TIMED_OUT: ToolOutcome = {
  answer: {
    success: false,
    error: 'timeout',
    user_message:
      "I'm sorry, this is taking longer than usual, and I can't confirm it right now. May I take your details and have someone call you back?",
    guidance: 'Nothing is confirmed. Do not say that it is booked.',
  },
  changes: [{ type: 'failed', code: 'timeout' }],
};

const CIRCLES: ToolFailure = {
  success: false,
  error: 'invalid_arguments',
  user_message: "I'm sorry, let me do this differently.",
  details: 'This was called too often with no word from the caller in between.',
  guidance: 'Do not call it again. Say what you know, ask the caller what they want, or offer to take a message.',
};

/** A model that runs in circles is told what to do instead; one that does not listen loses the caller to staff. */
const GOES_IN_CIRCLES: Readonly<Record<Exclude<LoopVerdict, 'go_on'>, ToolOutcome>> = {
  refuse: { answer: CIRCLES, changes: [] },
  hand_over: {
    answer: CIRCLES,
    changes: [{ type: 'transfer', reason: 'The assistant could not help the caller any further.' }],
  },
};

const TOO_MANY = {
  success: false,
  error: 'invalid_arguments',
  user_message: 'One moment, please.',
  details: 'Too much at once. Wait for the answers you have asked for, and keep arguments short.',
};
