/**
 * A conversation by text as pure steps: what the customer wrote, what the model answered, what tools came to, each folded
 * into the state, and the one thing that is next. Whoever runs it saves the state after each step, so that any of them
 * may be the last thing its worker did.
 *
 *   texts ──heard──▶ [hold] ──▶ ask ──said──▶ tool … ──toolAnswered──▶ ask … ──▶ done ──closed──▶ (next texts)
 */
import type { Clinic, Instant } from '../domain/clinic.ts';
import { callerSpoke, chosenOffer, deal, hear, outcomeSoFar } from '../domain/dealings.ts';
import { isEmergency } from '../domain/emergencies.ts';
import { languageOf } from '../domain/language.ts';
import { afterAnswers, afterCallerTurn, guardCall } from '../domain/loop-guard.ts';
import type { NoticeAnswer } from '../domain/notice-answers.ts';
import type { Offer } from '../domain/offers.ts';
import type { ConversationEntry } from '../domain/ports.ts';
import { splitText, textLength } from '../domain/text-length.ts';
import type { InboundText, ModelCall, ModelTurn, OpenTurn, TextConversation, TextItem } from '../domain/texting.ts';
import type { ToolFailure, ToolOutcome } from '../domain/tools.ts';
import { add } from '../domain/usage.ts';
import { writtenPhrases } from './written.ts';

export interface TextingStep {
  readonly conversation: TextConversation;
  /** For the record. */
  readonly entries: readonly ConversationEntry[];
}

/** What is to be done next, by the state alone. */
export type TextingNext =
  | { readonly kind: 'idle' }
  /** Keep the chosen slot for the customer. */
  | { readonly kind: 'hold'; readonly offer: Offer }
  | { readonly kind: 'ask' }
  | { readonly kind: 'tool'; readonly call: ModelCall }
  | { readonly kind: 'done'; readonly turn: OpenTurn };

/** Answers of the model in one turn; one that still calls tools after that gets nowhere. */
const ROUNDS_AT_MOST = 10;
/** What may stand in line of one answer. */
const CALLS_AT_ONCE = 12;
/** How much of a conversation is told to the model. */
const HISTORY = { items: 80, characters: 40_000 };

export function nextOf({ open, dealings }: TextConversation): TextingNext {
  if (open === null) return { kind: 'idle' };
  const [call] = open.calls;
  if (call) return { kind: 'tool', call };
  if (open.reply !== null) return { kind: 'done', turn: open };
  const offer = chosenOffer(dealings);
  return open.holds && offer ? { kind: 'hold', offer } : { kind: 'ask' };
}

/** The customer's messages, as one turn of theirs. `silent`: staff answer them. */
export function heard(
  before: TextConversation,
  texts: readonly InboundText[],
  clinic: Clinic,
  silent: boolean,
  now: Instant,
): TextingStep {
  const words = texts.map(({ body }) => body.trim()).filter((body) => body !== '');
  const text = [...words, ...attachments(texts)].join('\n');
  const n = before.turns + 1;
  const dealings = words.reduce((known, each) => hear(known, each, clinic, now), callerSpoke(before.dealings));
  const language = languageOf(words.join(' '), clinic.conversation.languages) ?? before.language;
  const inboundUsd = costUsd(
    texts.map(({ body }) => body),
    clinic,
  );
  const conversation: TextConversation = {
    ...before,
    language,
    dealings,
    turns: n,
    callerTurns: before.callerTurns + 1,
    loop: afterCallerTurn(before.loop),
    history: remembered(before.history, [{ kind: 'customer', text }]),
    usage: { ...before.usage, costUsd: before.usage.costUsd + inboundUsd },
    open: { ...NEW_TURN, startedAt: now, holds: dealings.choice !== null },
  };
  const entries: ConversationEntry[] = [turnEntry(conversation, clinic.id, 'customer', text, now)];
  return { conversation: answeredByRule(conversation, clinic, words, texts, silent), entries };
}

/** What these messages cost the clinic, US dollars. */
function costUsd(bodies: readonly string[], { texting }: Clinic): number {
  return texting.segmentUsd * bodies.reduce((sum, body) => sum + textLength(body).segments, 0);
}

/**
 * The turn was a reply to a text about an appointment: it is answered by rule, or the model reads what the letter stands
 * for; on record it stays as it was written.
 */
export function repliedTo(conversation: TextConversation, answer: NoticeAnswer): TextConversation {
  if (answer.kind === 'reply') return answerWith(conversation, answer.body ?? '');
  const written = `${lastWords(conversation)} (${answer.words})`;
  const meant: readonly TextItem[] = [
    { kind: 'customer', text: written },
    { kind: 'note', text: answer.text },
  ];
  return { ...conversation, history: remembered(conversation.history.slice(0, -1), meant) };
}

const NEW_TURN: OpenTurn = {
  startedAt: 0,
  calls: [],
  holds: false,
  rounds: 0,
  failures: 0,
  words: '',
  reply: null,
  task: null,
};

/** What of a turn the model cannot open, in words. */
function attachments(texts: readonly InboundText[]): string[] {
  const media = texts.reduce((sum, each) => sum + each.media, 0);
  if (media === 0) return [];
  return [`[${media === 1 ? 'an attachment' : `${media} attachments`}, which cannot be opened here]`];
}

/** Turns that no model is asked about. */
function answeredByRule(
  conversation: TextConversation,
  clinic: Clinic,
  words: readonly string[],
  texts: readonly InboundText[],
  silent: boolean,
): TextConversation {
  const phrases = writtenPhrases(clinic, conversation.language);
  if (isEmergency(words.join('. '), clinic.conversation.emergencyPhrases)) {
    const urgent = { ...conversation, dealings: { ...conversation.dealings, urgent: true } };
    return answerWith(urgent, silent ? '' : phrases.emergency, `URGENT, they texted: ${words.join(' / ')}`);
  }
  if (silent) return answerWith(conversation, '');
  if (words.length > 0) return conversation;
  return answerWith(conversation, texts.some(({ media }) => media > 0) ? phrases.pictureOnly : phrases.emptyText);
}

/** Staff took the thread over, or the customer turned texts off, while the turn was being answered: nothing is sent, and nothing was said. */
export function silenced(before: TextConversation): TextConversation {
  const history = answeredCalls(before);
  const lastHeard = history.findLastIndex(({ kind }) => kind === 'customer');
  const unsaid = history.filter(({ kind }, at) => at < lastHeard || kind !== 'assistant');
  const dealings = { ...before.dealings, ending: false, transferring: null };
  return withOpen({ ...before, dealings, history: unsaid }, { calls: [], words: '', reply: '' });
}

function answerWith(conversation: TextConversation, reply: string, task: string | null = null): TextConversation {
  return withOpen(conversation, { calls: [], reply, task });
}

/** Too much was written, or spent, or nothing may be sent: it is left to staff. Only the first word of an emergency is answered. */
export function beyondLimits(before: TextConversation, heardNow: TextConversation): TextConversation {
  if (heardNow.dealings.urgent && !before.dealings.urgent) return heardNow;
  const dealings = deal(heardNow.dealings, { type: 'message_taken' });
  return answerWith({ ...heardNow, dealings }, '');
}

/** The model answered. */
export function said(before: TextConversation, turn: ModelTurn, clinic: Clinic): TextConversation {
  const { open } = before;
  if (open === null) return before;
  const words = turn.text.trim();
  const calls = turn.calls.slice(0, CALLS_AT_ONCE);
  const told: TextItem[] = words === '' ? [] : [{ kind: 'assistant', text: words }];
  const conversation: TextConversation = {
    ...before,
    usage: add(before.usage, turn.usage),
    loop: afterAnswers(before.loop),
    history: remembered(before.history, told),
    open: { ...open, calls, rounds: open.rounds + 1, words: words === '' ? open.words : words },
  };
  if (calls.length > 0) {
    return open.rounds + 1 < ROUNDS_AT_MOST
      ? conversation
      : leftToStaff(conversation, clinic, 'the assistant got nowhere');
  }
  const reply = words === '' ? open.words : words;
  return reply === '' ? noAnswer(conversation, clinic, true) : withOpen(conversation, { reply });
}

/** The model gave no answer; where it will not, staff are told, and so is the customer. */
export function noAnswer(before: TextConversation, clinic: Clinic, isFinal: boolean): TextConversation {
  const { open } = before;
  if (open === null) return before;
  const conversation = withOpen(before, { failures: open.failures + 1 });
  return isFinal ? leftToStaff(conversation, clinic, 'the assistant could not answer') : conversation;
}

function leftToStaff(before: TextConversation, clinic: Clinic, why: string): TextConversation {
  const dealings = [{ type: 'failed', code: 'internal_error' } as const, { type: 'message_taken' } as const].reduce(
    deal,
    before.dealings,
  );
  const conversation = { ...before, dealings, history: answeredCalls(before) };
  const { teamReplies } = writtenPhrases(clinic, before.language);
  return answerWith(conversation, teamReplies, `${capitalised(why)}. They texted: ${lastWords(before)}`);
}

/** A call that was asked for and not run has to have its answer, or the history is no history. */
function answeredCalls({ history, open }: TextConversation): readonly TextItem[] {
  return (open?.calls ?? []).reduce((known, call) => remembered(known, callItems(call, CIRCLES)), history);
}

/** A tool was run, or refused. */
export function toolAnswered(
  before: TextConversation,
  call: ModelCall,
  outcome: ToolOutcome,
  clinic: Clinic,
  times: { readonly startedAt: Instant; readonly tookMs: number },
): TextingStep {
  const { open } = before;
  if (open === null) return { conversation: before, entries: [] };
  const { answer, changes } = outcome;
  const dealings = changes.reduce(deal, before.dealings);
  const n = before.toolCalls + 1;
  const answered: TextConversation = {
    ...before,
    dealings,
    toolCalls: n,
    history: remembered(before.history, callItems(call, answer)),
    open: { ...open, calls: open.calls.slice(1) },
  };
  const entry: ConversationEntry = {
    kind: 'tool_call',
    conversationId: before.conversationId,
    clinicId: clinic.id,
    n,
    callId: call.callId,
    name: call.name,
    arguments: parsedOrNull(call.argumentsText),
    answer,
    success: answer.success,
    error: answer.success ? null : answer.error,
    ...times,
  };
  return { conversation: afterTool(answered, clinic), entries: [entry] };
}

/** Whether a call may be run, counted; a model that does not listen loses the customer to staff. */
export function guarded(before: TextConversation, { name, argumentsText }: ModelCall) {
  const { guard, verdict } = guardCall(before.loop, name, argumentsText);
  return { conversation: { ...before, loop: guard }, verdict };
}

const CIRCLES: ToolFailure = {
  success: false,
  error: 'invalid_arguments',
  user_message: "I'm sorry, let me do this differently.",
  details: 'This was called too often with no word from the customer in between.',
  guidance: 'Do not call it again. Write what you know, ask the customer what they want, or offer to take a message.',
};

/** What a model that runs in circles is answered. */
export function circlesOutcome(verdict: 'refuse' | 'hand_over'): ToolOutcome {
  const reason = 'The assistant could not help the customer any further.';
  return { answer: CIRCLES, changes: verdict === 'hand_over' ? [{ type: 'transfer', reason }] : [] };
}

/** Once the last call has its answer: a goodbye needs no other, and one for staff is for staff. */
function afterTool(conversation: TextConversation, clinic: Clinic): TextConversation {
  const { dealings, open } = conversation;
  if (open === null || open.calls.length > 0) return conversation;
  const phrases = writtenPhrases(clinic, conversation.language);
  if (dealings.transferring !== null) {
    const handed = { ...conversation, dealings: { ...dealings, transferring: null, escalated: true } };
    return answerWith(handed, phrases.teamReplies, `${dealings.transferring} They texted: ${lastWords(conversation)}`);
  }
  return dealings.ending
    ? withOpen(conversation, { reply: open.words === '' ? phrases.goodbye : open.words })
    : conversation;
}

/** Whether the chosen slot could be kept: if not, the model is to know. */
export function holdAnswered(before: TextConversation, offer: Offer, result: 'held' | 'taken'): TextConversation {
  const conversation = withOpen(before, { holds: false });
  if (result === 'held') return conversation;
  const text = `The time ${offer.slotId} that the customer chose was just taken by someone else. Apologise and check availability again.`;
  return {
    ...conversation,
    dealings: { ...conversation.dealings, choice: null },
    history: remembered(conversation.history, [{ kind: 'note', text }]),
  };
}

export interface ClosedTurn extends TextingStep {
  /** What is sent; null where nothing is. */
  readonly reply: string | null;
  readonly task: string | null;
  /** The conversation is over. */
  readonly isOver: boolean;
}

/** The turn is answered: its reply goes into the record as it is sent. */
export function closed(before: TextConversation, turn: OpenTurn, clinic: Clinic, now: Instant): ClosedTurn {
  const { task } = turn;
  const isOver = before.dealings.ending;
  const reply = turn.reply === '' || turn.reply === null ? null : disclosed(before, turn.reply, clinic);
  const spent = costUsd(splitText(reply ?? ''), clinic);
  const answered: TextConversation = {
    ...before,
    turns: before.turns + (reply === null ? 0 : 1),
    replies: before.replies + (reply === null ? 0 : 1),
    history:
      reply === null || turn.reply === turn.words
        ? before.history
        : remembered(before.history, [{ kind: 'assistant', text: reply }]),
    usage: { ...before.usage, costUsd: before.usage.costUsd + spent },
    open: null,
  };
  const { conversationId, usage } = answered;
  const entries: ConversationEntry[] = [
    ...(reply === null ? [] : [turnEntry(answered, clinic.id, 'assistant', reply, now)]),
    { kind: 'usage', conversationId, clinicId: clinic.id, usage },
    ...(isOver ? [ended(answered, clinic.id, 'ava', now)] : []),
  ];
  return { conversation: answered, entries, reply, task, isOver };
}

/** Whoever writes with Ava is told once that she is none of the staff. */
function disclosed({ replies, language }: TextConversation, reply: string, clinic: Clinic): string {
  return replies > 0 ? reply : `${writtenPhrases(clinic, language).disclosure} ${reply}`;
}

export function started(
  { conversationId, language, startedAt }: TextConversation,
  clinicId: string,
  phone: string,
): ConversationEntry {
  return {
    kind: 'started',
    conversationId,
    clinicId,
    channel: 'sms',
    customerPhone: phone,
    language,
    startedAt,
    call: null,
  };
}

/** The conversation's end, for the record. */
export function ended(
  { conversationId, dealings, callerTurns }: TextConversation,
  clinicId: string,
  endedBy: string,
  now: Instant,
): Extract<ConversationEntry, { kind: 'ended' }> {
  const outcome = outcomeSoFar(dealings, callerTurns, false);
  return { kind: 'ended', conversationId, clinicId, outcome, endedAt: now, endedBy };
}

export function turnEntry(
  { conversationId, turns: n }: TextConversation,
  clinicId: string,
  role: 'customer' | 'assistant',
  text: string,
  now: Instant,
): ConversationEntry {
  return { kind: 'turn', conversationId, clinicId, n, role, text, startedAt: now, endedAt: now, interrupted: false };
}

function withOpen(conversation: TextConversation, change: Partial<OpenTurn>): TextConversation {
  return conversation.open === null ? conversation : { ...conversation, open: { ...conversation.open, ...change } };
}

function callItems({ callId, name, argumentsText }: ModelCall, answer: unknown): TextItem[] {
  return [
    { kind: 'call', callId, name, argumentsText },
    { kind: 'output', callId, output: JSON.stringify(answer) },
  ];
}

/** The newest of it, from a word of the customer's on: a call without its answer would be refused. */
function remembered(history: readonly TextItem[], more: readonly TextItem[]): readonly TextItem[] {
  let kept = [...history, ...more];
  while (kept.length > HISTORY.items || JSON.stringify(kept).length > HISTORY.characters) {
    const next = kept.findIndex(({ kind }, at) => at > 0 && kind === 'customer');
    if (next < 0) break;
    kept = kept.slice(next);
  }
  return kept;
}

function lastWords({ history }: TextConversation): string {
  const last = history.findLast(({ kind }) => kind === 'customer');
  return last && 'text' in last ? last.text : '';
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
