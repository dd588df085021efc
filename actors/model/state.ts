/**
 * What the model's leg remembers. How it moves is in step.ts and the files it calls.
 *
 *   connecting ──session_ready──▶ ready ──close / lost for good──▶ closed
 *       ▲                           │lost
 *       └────────── waiting ◀───────┘        a session that is lost is followed by another
 *
 * `waiting` is the time between two tries to connect. A session that is not the call's first is `untold` until the call
 * has told it what came before (`restore`); until then it is asked for nothing and hears nothing.
 */
import type { ModelErrorKind, TokenUsage, TranscriptionUsage } from '../../src/domain/events.ts';
import type { FromModel } from '../call/messages.ts';
import type { Deadlines, Transition } from '../kernel/actor.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import type { ModelCommand } from './messages.ts';

export type ModelMode = 'connecting' | 'ready' | 'waiting' | 'closed';

/** A response to ask for: the model's own words, or one sentence as it stands. */
export interface WantedResponse {
  readonly sentence: string | null;
}

/** When a session is to be followed by a fresh one, ms of its age. */
export interface Rotation {
  /** Another session is opened and goes on at the next quiet moment … */
  readonly dueMs: number;
  /** … and at this age whatever the moment. */
  readonly latestMs: number;
}

export interface ModelState {
  readonly mode: ModelMode;
  readonly deadlines: Deadlines;
  readonly rotation: Rotation;
  /** In [0, 1): what sets this call's waits apart from those of others that were lost in the same moment. */
  readonly luck: number;
  /** Some session of this call was ready before. */
  readonly known: boolean;
  /** The session has not been told (all) that came before; it does not hear the caller before it was told some. */
  readonly untold: boolean;
  readonly deaf: boolean;
  /** The caller ended a turn by hand that no session has heard yet. */
  readonly commitOwed: boolean;
  /** Since when no session is there; null while one is. */
  readonly awaySince: number | null;
  /** Connections lost since a response last came to its end. */
  readonly losses: number;
  /** A response is asked for or under way. */
  readonly active: boolean;
  /** Something of it has come. */
  readonly begun: boolean;
  /** Some of it could be heard. */
  readonly voiced: boolean;
  /** What was asked for and has not ended: wanted again where it turns out that another response stood in its way. */
  readonly asked: WantedResponse | null;
  readonly cancelling: boolean;
  /** Responses in a row that the service failed to give. */
  readonly failures: number;
  /** The item whose audio is coming. */
  readonly speaking: { readonly itemId: string; readonly ms: number } | null;
  /** What this session has said and called, the newest: of others it knows nothing. */
  readonly items: readonly string[];
  readonly calls: readonly string[];
  /** Items of which the service was told how much was heard. */
  readonly truncated: readonly string[];
  readonly wanted: readonly WantedResponse[];
  /** Commands that wait for the first session. */
  readonly waiting: readonly ModelCommand[];
  /** The session that is to follow this one. */
  readonly standby: 'none' | 'warming' | 'ready';
  readonly standbySince: number;
}

export type ModelEffect =
  /** Opens a session and makes it the call's; the one before is closed. */
  | { readonly kind: 'connect' }
  /** Opens a session that stands by. */
  | { readonly kind: 'warm' }
  /** Makes the one that stands by the call's; the one before is closed. */
  | { readonly kind: 'promote' }
  | { readonly kind: 'dismiss_standby' }
  | { readonly kind: 'send'; readonly command: ModelCommand }
  /** From here on the session hears the caller: first what was kept for it. */
  | { readonly kind: 'let_hear' }
  /** This turn need not be heard again, whatever becomes of the session. */
  | { readonly kind: 'forget_audio'; readonly itemId: string }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'tell_call'; readonly message: FromModel }
  | { readonly kind: 'tell_phone'; readonly message: PhoneMessage }
  | { readonly kind: 'usage'; readonly usage: TokenUsage }
  | { readonly kind: 'transcribed'; readonly usage: TranscriptionUsage }
  | { readonly kind: 'connected'; readonly tookMs: number }
  | { readonly kind: 'reconnected'; readonly result: ReconnectResult; readonly tookMs: number }
  | { readonly kind: 'limit_near'; readonly limit: string; readonly share: number; readonly resetMs: number }
  | { readonly kind: 'error'; readonly error: ModelErrorKind; readonly code: string };

/** `resumed` and `failed` after a loss; `rotated` because the old session was getting too old. */
export type ReconnectResult = 'resumed' | 'failed' | 'rotated';

export type ModelTransition = Transition<ModelState, ModelEffect>;

export const MODEL_LIMITS = {
  /** From the start of a connection to a session that takes audio. */
  connectMs: 5_000,
  /** How long a call may be without a session before it is handed to staff. */
  awayMs: 12_000,
  /** The same of a call that never had one: a slow handshake has its time, and one more try that is answered at once. */
  firstAwayMs: 6_000,
  /** Connections that may be lost before a response comes to its end. */
  losses: 6,
  /** From asking for a response to its first event: a healthy service says at once that it has begun. */
  firstEventMs: 5_000,
  /** From each event of a response to the next. */
  responseMs: 15_000,
  /** How often a response that failed is asked for again. */
  failures: 2,
  wanted: 8,
  waiting: 64,
  truncated: 8,
  items: 16,
  calls: 64,
} as const;

/** Sessions end at 60 minutes. */
export const ROTATION: Rotation = { dueMs: 50 * 60_000, latestMs: 58 * 60_000 };

/** `known`: the call had a session before, over another line. */
export function newModel(now: number, known = false, luck = 0, rotation: Rotation = ROTATION): ModelState {
  const awayMs = known ? MODEL_LIMITS.awayMs : MODEL_LIMITS.firstAwayMs;
  return {
    mode: 'connecting',
    deadlines: { connect: now + MODEL_LIMITS.connectMs, away: now + awayMs },
    rotation,
    luck,
    known,
    untold: false,
    deaf: true,
    commitOwed: false,
    awaySince: now,
    losses: 0,
    active: false,
    begun: false,
    voiced: false,
    asked: null,
    cancelling: false,
    failures: 0,
    speaking: null,
    items: [],
    calls: [],
    truncated: [],
    wanted: [],
    waiting: [],
    standby: 'none',
    standbySince: 0,
  };
}

export function tell(message: FromModel): ModelEffect {
  return { kind: 'tell_call', message };
}

export function send(command: ModelCommand): ModelEffect {
  return { kind: 'send', command };
}

export function keep(state: ModelState): ModelTransition {
  return { state, effects: [] };
}

/** The newest of a list that has this one in it. */
export function withNewest(list: readonly string[], one: string, most: number): readonly string[] {
  return list.includes(one) ? list : [...list, one].slice(-most);
}
