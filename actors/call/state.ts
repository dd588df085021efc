/** What a call remembers: plain data, so that a snapshot of it is the checkpoint. */
import { type Dealings, NO_DEALINGS } from '../../src/domain/dealings.ts';
import { type LoopGuard, type LoopVerdict, NEW_LOOP_GUARD } from '../../src/domain/loop-guard.ts';
import { NO_USAGE, type Usage } from '../../src/domain/usage.ts';
import type { Deadlines } from '../kernel/actor.ts';
import type { Remembered } from './history.ts';
import type { CallFacts, CallIdentity, StaffMiss, UnfinishedItem } from './messages.ts';

export type CallMode = 'opening' | 'talking' | 'parting' | 'away' | 'settling' | 'ended';

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
  /** Who made it: the model, or a rendered phrase; a filler is no answer. */
  readonly by: 'model' | 'phrase' | 'filler';
  /** When the caller had stopped whom this answers; null where it answers nobody. */
  readonly askedAt: number | null;
  /** From then until a mark proved that its first piece was played. */
  readonly heardAfterMs: number | null;
  /** Its session was lost while it came: the text may say more than there is to hear. */
  readonly brokeOff?: boolean;
}

/** A sound of the caller's of which nobody knows yet whether it means anything; Ava is silent meanwhile. */
export interface Doubt {
  readonly since: number;
  /** When it stopped; null while it goes on. */
  readonly endedAt: number | null;
  /** The item the service made of it; null until then. */
  readonly itemId: string | null;
  /** What Ava had left to say when she fell silent. */
  readonly unheardMs: number;
  /** She has gone on already, since its words are late. */
  readonly resumed: boolean;
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
  /** What the caller said went with a line that broke: they are asked for it once there is a session. */
  readonly missed: boolean;
  /** They were asked for it on this line, before there was a session. Is not kept: the next line is another one. */
  readonly asked?: boolean | undefined;
  /**
   * They were asked for it, and may be in the middle of it still: of a voice that was there before the line was. Is not
   * kept: who speaks when a node is lost is asked again.
   */
  readonly midSentence?: boolean;
  /**
   * The model had no rest of her goodbye: she has said it anew, or asked for that. Is not kept: on the next line it is
   * said anew once more.
   */
  readonly goodbyeAnew?: boolean;
}

export interface PendingTool {
  readonly callId: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly n: number;
  /** 0 until it runs. */
  readonly startedAt: number;
  /** Whether it may run, or is answered instead. */
  readonly verdict: LoopVerdict;
}

export interface CallState {
  readonly schema: 2;
  readonly mode: CallMode;
  readonly deadlines: Deadlines;
  readonly identity: CallIdentity;
  readonly startedAt: number;
  /** BCP 47: what the caller speaks, of the clinic's languages. */
  readonly language: string;
  readonly turns: number;
  readonly callerTurns: number;
  readonly callerSpeaksSince: number | null;
  /** When the caller last stopped, until the answer's first sample leaves. */
  readonly answerDueSince: number | null;
  readonly doubt: Doubt | null;
  readonly awaited: readonly AwaitedWords[];
  readonly saying: readonly Saying[];
  readonly responding: boolean;
  /** Nothing has come of the response under way. */
  readonly empty: boolean;
  /** The caller spoke into the greeting before they had heard that Ava is an AI: it is said again. */
  readonly undisclosed: boolean;
  /** Whether Ava has said anything since the caller's last turn. */
  readonly answered: boolean;
  /** A tool answered while the caller made a sound, or its response went on: after that the model is to answer. */
  readonly answerOwed: boolean;
  /** That an answer takes long was said since the caller's last turn. */
  readonly fillerSaid: boolean;
  /** Silences asked about since the caller's last turn. */
  readonly silences: number;
  readonly phrasesSaid: number;
  /** The first one runs, the others wait: their answers reach the model in the order of its calls. */
  readonly tools: readonly PendingTool[];
  readonly toolCalls: number;
  readonly loop: LoopGuard;
  readonly dealings: Dealings;
  /** The caller's line is gone, and may come back. */
  readonly lineLost: boolean;
  /** Keys pressed and not yet understood. */
  readonly keys: string;
  /** The line is to be closed for staff; null while it is not. */
  readonly leaving: { readonly urgent: boolean } | null;
  /** Staff picked up and heard who calls: if nothing more comes of it, they did not take the call. */
  readonly staffTold: boolean;
  /** Why staff could not be had, until the caller was told. */
  readonly missed: StaffMiss | null;
  /** What was said and done so far, as it is told to a session that was not there. */
  readonly history: readonly Remembered[];
  readonly link: ModelLink;
  /** How fast Ava speaks, by what was heard to its end. */
  readonly voice: { readonly characters: number; readonly ms: number };
  /** How often the call was taken up over another line since anything was said in it. */
  readonly resumes: number;
  /** Of the model's service, on whichever node. */
  readonly usage: Usage;
  readonly broke: boolean;
  /** Who ended the call, once somebody has. */
  readonly endedBy: string | null;
}

/** When the call ends at the latest, and when its caller is warned of that. */
export function longestUntil(facts: CallFacts, at: number): Deadlines {
  return { time_is_short: at - facts.limits.warningMs, longest_call: at };
}

export function longestCallMs({ clinic }: CallFacts): number {
  return clinic.conversation.longestCallMinutes * 60_000;
}

export function newCall(identity: CallIdentity, facts: CallFacts, now: number): CallState {
  const { language } = facts.clinic;
  return {
    schema: 2,
    mode: 'opening',
    deadlines: longestUntil(facts, now + longestCallMs(facts)),
    identity,
    startedAt: now,
    language,
    turns: 0,
    callerTurns: 0,
    callerSpeaksSince: null,
    answerDueSince: null,
    doubt: null,
    awaited: [],
    saying: [],
    responding: false,
    empty: true,
    undisclosed: false,
    answered: false,
    answerOwed: false,
    fillerSaid: false,
    silences: 0,
    phrasesSaid: 0,
    tools: [],
    toolCalls: 0,
    loop: NEW_LOOP_GUARD,
    dealings: NO_DEALINGS,
    history: [],
    lineLost: false,
    keys: '',
    leaving: null,
    staffTold: false,
    missed: null,
    link: { due: false, unfinished: null, reheard: [], toldUntil: null, standsBy: false, missed: false },
    resumes: 0,
    usage: NO_USAGE,
    voice: { characters: 0, ms: 0 },
    broke: false,
    endedBy: null,
  };
}
