/** What a call remembers: plain data, so that a snapshot of it is the checkpoint. */
import { type Dealings, NO_DEALINGS } from '../../src/domain/dealings.ts';
import type { Deadlines } from '../kernel/actor.ts';
import type { Remembered } from './history.ts';
import type { CallIdentity, UnfinishedItem } from './messages.ts';

export type CallMode = 'opening' | 'talking' | 'parting' | 'settling' | 'ended';

/** A caller's turn whose words are still to come. */
export interface AwaitedWords {
  readonly itemId: string;
  readonly n: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/** Something Ava is saying, or has generated and not yet said. */
export interface Saying {
  readonly itemId: string;
  /** 0 until the first of it is played. */
  readonly n: number;
  readonly startedAt: number;
  readonly text: string;
  /** Its session was lost while it came: the text may say more than there is to hear. */
  readonly brokeOff?: boolean;
}

/** What is open between the call and a model whose session can be lost, or grow old. */
export interface ModelLink {
  /** A response was due when the session was lost. */
  readonly due: boolean;
  readonly unfinished: UnfinishedItem | null;
  /** Turns that the lost session had heard and not put in words: the next one hears them again. */
  readonly reheard: readonly AwaitedWords[];
  /** Up to when the new session has been told; it is told the rest behind those turns. Null where it knows all. */
  readonly toldUntil: number | null;
  /** Another session waits for a quiet moment to go on in place of the present one. */
  readonly standsBy: boolean;
}

export interface PendingTool {
  readonly callId: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly n: number;
  /** 0 until it runs. */
  readonly startedAt: number;
}

export interface CallState {
  readonly schema: 1;
  readonly mode: CallMode;
  readonly deadlines: Deadlines;
  readonly identity: CallIdentity;
  readonly startedAt: number;
  readonly turns: number;
  readonly callerTurns: number;
  readonly callerSpeaksSince: number | null;
  /** When the caller last stopped, until the answer's first sample leaves. */
  readonly answerDueSince: number | null;
  readonly awaited: readonly AwaitedWords[];
  readonly saying: readonly Saying[];
  readonly responding: boolean;
  /** Whether Ava has said anything since the caller's last turn. */
  readonly answered: boolean;
  /** The first one runs, the others wait: their answers reach the model in the order of its calls. */
  readonly tools: readonly PendingTool[];
  readonly toolCalls: number;
  readonly dealings: Dealings;
  /** What was said and done so far, as it is told to a session that was not there. */
  readonly history: readonly Remembered[];
  readonly link: ModelLink;
  /** How fast Ava speaks, by what was heard to its end. */
  readonly voice: { readonly characters: number; readonly ms: number };
  readonly broke: boolean;
  /** Who ended the call, once somebody has. */
  readonly endedBy: string | null;
}

export function newCall(identity: CallIdentity, now: number, longestCallMs: number): CallState {
  return {
    schema: 1,
    mode: 'opening',
    deadlines: { longest_call: now + longestCallMs },
    identity,
    startedAt: now,
    turns: 0,
    callerTurns: 0,
    callerSpeaksSince: null,
    answerDueSince: null,
    awaited: [],
    saying: [],
    responding: false,
    answered: false,
    tools: [],
    toolCalls: 0,
    dealings: NO_DEALINGS,
    history: [],
    link: { due: false, unfinished: null, reheard: [], toldUntil: null, standsBy: false },
    voice: { characters: 0, ms: 0 },
    broke: false,
    endedBy: null,
  };
}
