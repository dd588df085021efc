/**
 * A conversation by text messages, as it is kept between its turns: plain data, saved after each thing that was done, so
 * that whoever comes after a worker that died goes on from there. What is next to be done is read off the state alone.
 */
import type { Instant, PhoneNumber } from './clinic.ts';
import { type Dealings, NO_DEALINGS } from './dealings.ts';
import type { CallContext } from './events.ts';
import { type LoopGuard, NEW_LOOP_GUARD } from './loop-guard.ts';
import type { ConversationEntry } from './ports.ts';
import type { TextingSoFar } from './texting-limits.ts';
import type { ToolDeclaration } from './tools.ts';
import { NO_USAGE, type Usage } from './usage.ts';

/** What is told to the model, in order. */
export type TextItem =
  | { readonly kind: 'customer' | 'assistant' | 'note'; readonly text: string }
  | { readonly kind: 'call'; readonly callId: string; readonly name: string; readonly argumentsText: string }
  | { readonly kind: 'output'; readonly callId: string; readonly output: string };

export interface ModelCall {
  readonly callId: string;
  readonly name: string;
  readonly argumentsText: string;
}

/** What the model answered. */
export interface ModelTurn {
  readonly text: string;
  readonly calls: readonly ModelCall[];
  readonly usage: Usage;
}

export interface TextBrief {
  readonly instructions: string;
  readonly tools: readonly ToolDeclaration[];
  readonly items: readonly TextItem[];
}

/** Asks once. Rejects with a `ModelFailure`. */
export type AskTextModel = (brief: TextBrief, context: CallContext, signal: AbortSignal) => Promise<ModelTurn>;

/** A turn that is being answered. */
export interface OpenTurn {
  readonly startedAt: Instant;
  /** What the model asked for and has no answer yet; the first is run first. */
  readonly calls: readonly ModelCall[];
  /** The chosen slot is to be kept for the customer before the model is asked. */
  readonly holds: boolean;
  /** Answers of the model so far. */
  readonly rounds: number;
  /** How often the model gave none. */
  readonly failures: number;
  /** What the model last had to say. */
  readonly words: string;
  /** What is sent; null until that is known, empty where nothing is. */
  readonly reply: string | null;
  /** What staff are to be told; null where there is nothing. */
  readonly task: string | null;
}

export interface TextConversation {
  readonly schema: 1;
  readonly conversationId: string;
  readonly startedAt: Instant;
  readonly language: string;
  readonly turns: number;
  readonly callerTurns: number;
  readonly toolCalls: number;
  readonly replies: number;
  readonly loop: LoopGuard;
  readonly dealings: Dealings;
  readonly history: readonly TextItem[];
  readonly usage: Usage;
  readonly open: OpenTurn | null;
}

export function newTextConversation(conversationId: string, language: string, now: Instant): TextConversation {
  return {
    schema: 1,
    conversationId,
    startedAt: now,
    language,
    turns: 0,
    callerTurns: 0,
    toolCalls: 0,
    replies: 0,
    loop: NEW_LOOP_GUARD,
    dealings: NO_DEALINGS,
    history: [],
    usage: NO_USAGE,
    open: null,
  };
}

/** A stored conversation; null where it is none of this version, and is begun anew. */
export function textConversationIn(stored: unknown): TextConversation | null {
  return isTextConversation(stored) ? stored : null;
}

/** By its version: nobody but us writes it, and a version never changes. */
function isTextConversation(stored: unknown): stored is TextConversation {
  return typeof stored === 'object' && stored !== null && 'schema' in stored && stored.schema === 1;
}

/** A message that came in. */
export interface InboundText {
  readonly id: string;
  readonly body: string;
  /** Pictures and other attachments. */
  readonly media: number;
}

export interface AnswerRequest {
  readonly clinicId: string;
  readonly threadId: string;
  /** A UUID: whose the claim is. Claimed again by the same token, it goes on. */
  readonly token: string;
  readonly forMs: number;
}

/** A thread in one pair of hands. */
export interface AnswerClaim extends AnswerRequest {
  readonly phone: PhoneNumber;
  /** The conversation's id: it has one before anything is done, so that what is done twice is one. */
  readonly conversationId: string;
  /** As it was saved last; null where it is new. */
  readonly conversation: TextConversation | null;
  /** Messages that nobody has taken up yet, in order; those that a turn under way is about are none of them. */
  readonly texts: readonly InboundText[];
  /** Staff have taken the thread over: they answer. */
  readonly withStaff: boolean;
  /** The name the number is known by; null where it is not. */
  readonly customerName: string | null;
  readonly soFar: TextingSoFar;
  /** How long the first of the messages has waited, milliseconds; 0 where there is none. */
  readonly waitedMs: number;
  /** No turn is answered sooner after its first message: another may be on its way. Milliseconds. */
  readonly settleMs: number;
}

/** What is saved in one commit. */
export interface TextingProgress {
  readonly conversation: TextConversation;
  /** Messages that are taken up by now. */
  readonly taken: readonly InboundText[];
  readonly entries: readonly ConversationEntry[];
  /** Nothing is saved where more came in than is taken up: it is to be answered together. */
  readonly unlessMore: boolean;
}

export type Saved =
  | 'saved'
  /** More came in, and nothing was saved. */
  | 'more'
  /** The claim was lost, and nothing was saved. */
  | 'lost';

export interface TextingEnd extends TextingProgress {
  /** Sent once for its key; null where nothing is to be sent. */
  readonly reply: { readonly key: string; readonly body: string } | null;
  /** For staff, once for its key. */
  readonly task: { readonly key: string; readonly text: string; readonly name: string | null } | null;
  /** The conversation is over. */
  readonly isOver: boolean;
}

/** A call that broke off for good before its caller had what they wanted. */
export interface CutOff {
  readonly clinicId: string;
  readonly phone: PhoneNumber;
  /** The call's. */
  readonly conversationId: string;
  readonly language: string;
  readonly dealings: Dealings;
  /** What was said and done in it. */
  readonly history: readonly TextItem[];
}

/** A conversation that Ava begins. */
export interface OpenedThread {
  readonly clinicId: string;
  readonly phone: PhoneNumber;
  /** The conversation that it goes on with. */
  readonly after: string;
  readonly conversation: TextConversation;
  readonly entries: readonly ConversationEntry[];
  /** Its first message; sent once for its key. */
  readonly text: { readonly key: string; readonly body: string };
}

export interface ReceivedText {
  readonly clinicId: string;
  readonly from: PhoneNumber;
  /** Which of the clinic's numbers: it answers from there. */
  readonly to: PhoneNumber;
  readonly messageSid: string;
  readonly body: string;
  readonly media: number;
}

export type Receipt =
  /** It is to be answered. */
  | 'kept'
  /** It was told before. */
  | 'repeated'
  | 'opted_out'
  | 'opted_in'
  /** The carrier answers it. */
  | 'help';

/** A conversation that nobody has written in for long. */
export interface QuietThread {
  readonly clinicId: string;
  readonly threadId: string;
  readonly conversation: TextConversation;
}

/** The threads of all clinics: what came in, who answers it, and how far they are. */
export interface ThreadBook {
  /** Resolves once the message is stored; told again of the same one it changes nothing. */
  receive(text: ReceivedText): Promise<Receipt>;
  /**
   * Begins a conversation from our side. False where one is under way with this telephone, where it wants no texts or
   * staff write to it, where it was begun before, or where an appointment came of the one before after all: nothing is
   * done then.
   */
  open(thread: OpenedThread): Promise<boolean>;
  /** The thread, where something is to be answered and nobody else is at it; with all that came in by now. */
  claim(request: AnswerRequest): Promise<AnswerClaim | null>;
  /** Keeps the claim for as long again. */
  extend(claim: AnswerRequest): Promise<void>;
  /** How many messages nobody has taken up yet, by thread; threads without any are left out. */
  waiting(threadIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  save(claim: AnswerClaim, progress: TextingProgress): Promise<Saved>;
  /**
   * Saves the end of a turn, what is sent and what staff are told in one commit; with it ends the claim, unless the
   * answer is `next`: it is saved, and more is to be answered. `silent`: nothing is saved, since there is a reply and
   * staff have taken the thread over, or the customer turned texts off.
   */
  finish(claim: AnswerClaim, end: TextingEnd): Promise<Saved | 'next' | 'silent'>;
  /** Leaves the thread for so long. */
  leave(claim: AnswerRequest, afterMs: number, reason: string | null): Promise<void>;
  /** Conversations in which nothing was said for `quietMs`, nothing is to be answered, and that staff have not taken over. */
  quiet(quietMs: number): Promise<readonly QuietThread[]>;
  /** The one under way with this telephone, however lately something was said in it; null where there is none such. */
  idle(clinicId: string, phone: string): Promise<QuietThread | null>;
  /** Ends one of them, unless something came meanwhile. */
  end(thread: QuietThread, entries: readonly ConversationEntry[]): Promise<boolean>;
}
