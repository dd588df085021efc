/**
 * The call in the hands of people. The line is closed for staff to be dialled; the conversation is kept meanwhile, and
 * goes on where nobody took the call.
 *
 *   talking ──hand over──▶ parting ──line closed──▶ away ──staff took it / caller left / too long──▶ ended
 *      ▲──────────────────────────── staff unreachable, line open again ───┘
 */
import type { DeadlineMessage } from '../kernel/actor.ts';
import { andThen, type CallTransition, CLOSE_MODEL, keep } from './effects.ts';
import { enterEnded, enterSettling, part, sayAndPart } from './ending.ts';
import { takeFloor } from './floor.ts';
import { remembering } from './history.ts';
import type { CallFacts, CallMessage, StaffMiss } from './messages.ts';
import { sayPhrase } from './phrases.ts';
import { type CallState, longestCallMs, longestUntil } from './state.ts';
import { TIMED_OUT, toolAnsweredAway } from './tools.ts';

/** Beyond the longest that a dial may ring and talk: then nobody will come back to ask for the rest. */
const AWAY_MS = 4 * 60 * 60_000;
/** A caller who is back has time to leave a message, however long the call was before. */
const BACK_MS = 3 * 60_000;

export interface Handover {
  readonly reason: string;
  /** Nothing the caller says meanwhile calls it off. */
  readonly urgent: boolean;
}

/**
 * Says that staff are called, where Ava has not just said something anyway, and closes the line for it. Only a telephone
 * call can be put through; elsewhere the caller is offered to leave a message.
 */
export function handOver(
  facts: CallFacts,
  state: CallState,
  { reason, urgent }: Handover,
  now: number,
): CallTransition {
  if (state.mode !== 'talking') return keep(state);
  if (!isTelephone(state)) {
    return staffMissed(facts, { ...state, dealings: { ...state.dealings, transferring: null } }, 'no_telephone');
  }
  const leaving = { ...state, leaving: { urgent }, dealings: { ...state.dealings, transferring: reason } };
  if (urgent) return sayAndPart(facts, leaving, 'emergency', now);
  return state.answered ? part(facts, leaving, now) : sayAndPart(facts, leaving, 'connecting', now);
}

function isTelephone({ identity }: CallState): boolean {
  return identity.channel === 'voice';
}

/**
 * Words that must reach a person at once: what Ava was about to say does not matter any more. A clinic without a staff
 * line, or whose staff did not answer before, can only send the caller to the emergency services; so can she where the
 * caller is in a browser, from which nobody can be put through.
 */
export function enterEmergency(facts: CallFacts, state: CallState, now: number): CallTransition {
  if (state.leaving?.urgent) return keep(state);
  const floor = takeFloor(state);
  const alone = facts.clinic.staffPhones.length === 0 || state.dealings.urgent || !isTelephone(state);
  const urgent = { ...floor.state, answered: true, dealings: { ...floor.state.dealings, urgent: true } };
  return andThen({ state: urgent, effects: floor.effects }, (next) =>
    alone
      ? sayPhrase(facts, next, 'emergencyAlone')
      : handOver(facts, next, { reason: 'The caller described an emergency.', urgent: true }, now),
  );
}

/**
 * The line was closed for staff to be dialled: nobody is there to talk to, and a model session would only cost. A tool
 * that runs does so to its end; those that wait for it were asked for by a session that is gone.
 */
export function enterAway(state: CallState, now: number): CallTransition {
  const deadlines = { ...runningTool(state), away: now + AWAY_MS };
  const tools = state.tools.slice(0, 1);
  return {
    state: { ...state, mode: 'away', deadlines, tools, saying: [], doubt: null, responding: false },
    effects: [CLOSE_MODEL, { kind: 'away' }],
  };
}

function runningTool({ deadlines: { tool } }: CallState): { readonly tool?: number } {
  return tool === undefined ? {} : { tool };
}

/** Nothing but a tool that runs and what becomes of the caller matters now; what still comes of the old line and session does not. */
export function whileAway(
  facts: CallFacts,
  state: CallState,
  message: CallMessage | DeadlineMessage,
  now: number,
): CallTransition {
  if (message.type === 'phone_opened') return enterBack(facts, state, now);
  if (message.type === 'staff_told') return keep({ ...state, staffTold: true });
  if (message.type === 'staff_missed') return keep({ ...state, staffTold: false, missed: message.reason });
  if (message.type === 'caller_left') return enterSettling(state, 'caller_stop', now);
  const tool = answerOfTool(state, message);
  if (tool !== null) return remembering(toolAnsweredAway(state, tool.callId, tool.outcome, now), now);
  if (message.type === 'shut_down') return enterEnded(state, message.reason, now);
  if (message.type === 'deadline' && message.name === 'away') return enterEnded(state, 'lost', now);
  if (message.type !== 'staff_answered') return keep(state);
  return enterSettling({ ...state, dealings: { ...state.dealings, escalated: true } }, 'staff', now);
}

function answerOfTool({ tools: [running] }: CallState, message: CallMessage | DeadlineMessage) {
  if (message.type === 'tool_answered') return message;
  const isTimedOut = message.type === 'deadline' && message.name === 'tool';
  return isTimedOut && running ? { callId: running.callId, outcome: TIMED_OUT } : null;
}

/**
 * Ava goes on with the caller whom nobody took: she says so by rule, and offers to take a message. The new session is
 * told what came before once it is there (`model_ready`).
 */
function enterBack(facts: CallFacts, state: CallState, now: number): CallTransition {
  const { missed } = state;
  const dealings = { ...state.dealings, transferring: null, ending: false };
  const longest = longestUntil(facts, Math.max(state.startedAt + longestCallMs(facts), now + BACK_MS));
  const back: CallState = {
    ...state,
    mode: 'talking',
    deadlines: { ...longest, ...runningTool(state) },
    leaving: null,
    missed: null,
    dealings,
    // What they are asked now is another thing than what they had said before.
    link: { ...state.link, missed: false, asked: undefined },
  };
  return staffMissed(facts, back, missed ?? 'failed');
}

/** The model knows the reason, whatever the caller makes of the offer. */
export function staffMissed(facts: CallFacts, state: CallState, miss: Miss): CallTransition {
  const said = sayPhrase(facts, state, miss === 'busy' ? 'staffBusy' : 'staffAway');
  const text = `Staff cannot be reached: ${MISSED[miss]} The caller is being told so and offered to leave a message.`;
  return { state: said.state, effects: [{ kind: 'tell_model', order: { type: 'note', text } }, ...said.effects] };
}

type Miss = StaffMiss | 'closed' | 'no_telephone';

const MISSED: Readonly<Record<Miss, string>> = {
  busy: 'the line is busy.',
  no_answer: 'nobody answered.',
  declined: 'nobody took the call (perhaps a machine answered).',
  failed: 'the call did not get through.',
  closed: 'it is outside staff hours.',
  no_telephone: 'only a telephone call can be put through.',
};
