/**
 * The session and its successor: what is lost is opened again, at once and then after growing waits, until the call has
 * been without a session for too long or the service has said that trying is of no use.
 */
import type { ModelErrorKind } from '../../src/domain/events.ts';
import type { UnfinishedItem } from '../call/messages.ts';
import { withDeadline } from '../kernel/actor.ts';
import { backoffMs } from './backoff.ts';
import { giveUp, idle } from './ending.ts';
import { letHear } from './facts.ts';
import type { ModelReport } from './messages.ts';
import { askNext, speechOver } from './responses.ts';
import {
  keep,
  MODEL_LIMITS,
  type ModelEffect,
  type ModelState,
  type ModelTransition,
  type ReconnectResult,
  send,
  tell,
  type WantedResponse,
} from './state.ts';

type Loss = Omit<Extract<ModelReport, { type: 'lost' }>, 'type'>;

/** Trying again would end the same way. */
const FINAL: ReadonlySet<ModelErrorKind> = new Set(['fatal', 'protocol', 'response_failed']);

/** The call's first session hears at once; a later one first has to know what came before. */
export function enterReady(
  state: ModelState,
  missed: boolean,
  now: number,
  result: ReconnectResult = 'resumed',
): ModelTransition {
  if (state.mode !== 'connecting') return keep(state);
  const tookMs = now - (state.awaySince ?? now);
  const since = state.standby === 'none' ? now : state.standbySince;
  const ready: ModelState = {
    ...state,
    mode: 'ready',
    known: true,
    untold: state.known,
    deaf: true,
    awaySince: null,
    waiting: [],
    standby: 'none',
    deadlines: rotationOf(state, since),
  };
  if (state.known) {
    const told = tell({ type: 'model_ready', first: false, missed });
    return { state: ready, effects: [{ kind: 'reconnected', result, tookMs }, told] };
  }
  const hearing = letHear(ready);
  const asked = askNext(hearing.state, now);
  return {
    state: asked.state,
    effects: [
      { kind: 'connected', tookMs },
      tell({ type: 'model_ready', first: true }),
      ...state.waiting.map(send),
      ...hearing.effects,
      ...asked.effects,
    ],
  };
}

/**
 * Settings were sent, and nothing of them is read back yet. Where a call goes on its session is told at once what came
 * before, and asked for what is due: the service takes everything in order, so nothing of its voice comes before its
 * settings are known to be right. One that follows a session that was lost may be lost in the same way: it waits.
 */
export function enterReadyAhead(state: ModelState, missed: boolean, now: number): ModelTransition {
  const { connect } = state.deadlines;
  if (!state.known || state.losses > 0 || state.mode !== 'connecting' || connect === undefined) return keep(state);
  const ready = enterReady(state, missed, now);
  return { state: withDeadline(ready.state, 'connect', connect), effects: ready.effects };
}

export function rotationOf({ rotation }: ModelState, since: number): ModelState['deadlines'] {
  return { rotate: since + rotation.dueMs, rotate_latest: since + rotation.latestMs };
}

export function lose(state: ModelState, { kind, code, retryAfterMs }: Loss, now: number): ModelTransition {
  const error: ModelEffect = { kind: 'error', error: kind, code };
  const losses = state.losses + 1;
  const { away = now + MODEL_LIMITS.awayMs } = state.mode === 'ready' ? {} : state.deadlines;
  const waitMs = state.standby === 'none' ? backoffMs(losses, state.luck, kind, retryAfterMs) : 0;
  const hopeless = FINAL.has(kind) || losses > MODEL_LIMITS.losses || now + waitMs >= away;
  if (hopeless) return giveUp(state, kind, [error]);
  const left = { ...withoutSession(state), losses, awaySince: state.awaySince ?? now, deadlines: { away } };
  const next = succeed(left, waitMs, now);
  const bereft = state.mode === 'ready' ? bereavement(state, kind) : [];
  if (state.standby !== 'ready') return { state: next.state, effects: [error, ...next.effects, ...bereft] };
  const ready = enterReady(next.state, false, now);
  return { state: ready.state, effects: [error, ...next.effects, ...bereft, ...ready.effects] };
}

/** The one that stands by, or a new one, now or after a while. */
function succeed(state: ModelState, waitMs: number, now: number): ModelTransition {
  if (state.standby !== 'none') {
    return { state: connecting(state, now), effects: [{ kind: 'promote' }] };
  }
  if (waitMs === 0) return { state: connecting(state, now), effects: [{ kind: 'connect' }] };
  const deadlines = { ...state.deadlines, reconnect: now + waitMs };
  return { state: { ...state, mode: 'waiting', deadlines }, effects: [{ kind: 'disconnect' }] };
}

export function reconnect(state: ModelState, now: number): ModelTransition {
  if (state.mode !== 'waiting') return keep(state);
  return { state: connecting(state, now), effects: [{ kind: 'connect' }] };
}

function connecting(state: ModelState, now: number): ModelState {
  const standby = state.standby === 'ready' ? state.standby : 'none';
  const deadlines = { ...state.deadlines, connect: now + MODEL_LIMITS.connectMs };
  return { ...state, mode: 'connecting', standby, deadlines };
}

/** What the call and the phone must know of a session that goes: what was to come of it will not. */
export function bereavement(state: ModelState, kind: ModelErrorKind): readonly ModelEffect[] {
  const unfinished = unfinishedOf(state);
  const plainIsWanted = state.wanted.some(({ sentence }) => sentence === null);
  const due = plainIsWanted || (state.active && !state.cancelling && (state.asked?.sentence ?? null) === null);
  return [
    tell({ type: 'model_lost', kind, retrying: true, due, unfinished }),
    // Behind the news that it broke off: the call must not take for whole what the phone plays to its end.
    ...speechOver(state),
  ];
}

function unfinishedOf({ speaking, cancelling, asked }: ModelState): UnfinishedItem | null {
  if (!speaking || cancelling) return null;
  return { itemId: speaking.itemId, sentMs: speaking.ms, sentence: asked?.sentence ?? null };
}

function hasSentence({ sentence }: WantedResponse): boolean {
  return sentence !== null;
}

/** What is left when a session goes: wishes, of which the call repeats the plain ones itself. */
export function withoutSession(state: ModelState): ModelState {
  const unheard = state.asked?.sentence != null && !state.voiced && !state.cancelling ? [state.asked] : [];
  const wanted = state.mode === 'ready' ? [...unheard, ...state.wanted.filter(hasSentence)] : state.wanted;
  return { ...idle(state), wanted: wanted.slice(0, MODEL_LIMITS.wanted), items: [], calls: [], truncated: [] };
}
