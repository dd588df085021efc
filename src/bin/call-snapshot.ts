/**
 * A call as it is kept: the parts of a head, of which a save replaces those that changed, and what it remembers as items
 * that are only added, so that a save costs the same in the first minute and in the last. Texts of JSON; the head says
 * by which schema, since a node of another release may read it.
 */
import { z } from 'zod';
import { type Remembered, remembersAll } from '../../actors/call/history.ts';
import type { CallIdentity } from '../../actors/call/messages.ts';
import type { CallState } from '../../actors/call/state.ts';
import { type BrowserMemory, browserMemory } from '../browser/memory.ts';
import { type CallKey, type HeadParts, ONE_TEXT } from '../domain/call-keeping.ts';
import { FAILURE_CODES } from '../domain/failures.ts';
import { type ConversationEntry, OUTCOMES } from '../domain/ports.ts';
import type { CutOff, TextItem } from '../domain/texting.ts';
import { NO_USAGE } from '../domain/usage.ts';

/** Raised with each change of what is kept that an older reader or writer would get wrong; then `UPCASTERS` grows. */
export const SCHEMA = 2;

/** A telephone call is found by its CallSid, a browser's by its clinic and session. */
export function telephoneKey(callSid: string): CallKey {
  return `phone/${callSid}`;
}

/** `clinicId`: null for the demo clinic that nobody named. */
export function browserKey(clinicId: string | null, sessionId: string): CallKey {
  return `browser/${clinicId ?? ''}/${sessionId}`;
}

/** What a call is registered by, and its writes are fenced with: a session may have several calls, one after the other. */
export function registeredName({ callSid, conversationId }: Pick<CallIdentity, 'callSid' | 'conversationId'>): string {
  return callSid ?? `web/${conversationId}`;
}

/**
 * The parts of a state that are others than in `before`; without it all of them. `browser`: what its session must know,
 * beside; nothing for a telephone call.
 */
export function headOf(state: CallState, browser?: BrowserMemory, before?: CallState): HeadParts {
  const parts: Record<string, string> = {};
  for (const name in state) {
    if (isPart(name) && (before === undefined || state[name] !== before[name])) parts[name] = textOf(state[name]);
  }
  if (browser !== undefined) parts['browser'] = textOf(browser);
  return parts;
}

/** A state has the same parts from its beginning to its end. */
function isPart(name: string): name is Exclude<keyof CallState, 'history'> {
  return name !== 'history';
}

/** Empty for what JSON leaves out. */
function textOf(part: unknown): string {
  return JSON.stringify(part) ?? '';
}

function parsed(head: HeadParts): unknown {
  if (head[ONE_TEXT] !== undefined) return JSON.parse(head[ONE_TEXT]);
  return Object.fromEntries(Object.entries(head).map(([name, text]) => [name, JSON.parse(text)]));
}

export function itemOf(item: Remembered): string {
  return JSON.stringify(item);
}

/** The state as it was kept last. Throws where it is none, or one that this release cannot read. */
export function restored(head: HeadParts, items: readonly string[]): CallState {
  const state = headSchema.parse(upcast(parsed(head)));
  const remembered = items.map((item): Remembered => itemSchema.parse(JSON.parse(item)));
  return remembersAll({ ...state, history: [] }, remembered);
}

/** What a browser's session must know; null where the call is no browser's. Throws where it cannot be read. */
export function restoredBrowser(head: HeadParts): BrowserMemory | null {
  return z.object({ browser: browserMemory.optional() }).parse(parsed(head)).browser ?? null;
}

const versioned = z.looseObject({ schema: z.int().min(1).max(SCHEMA) });

/** How what was kept by schema `n` reads by schema `n + 1`, at index `n - 1`. */
const UPCASTERS: readonly ((head: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>)[] = [
  (head) => ({ ...head, schema: 2, usage: NO_USAGE, staffTold: false }),
];

function upcast(kept: unknown): unknown {
  const head = versioned.parse(kept);
  return UPCASTERS.slice(head.schema - 1).reduce<Readonly<Record<string, unknown>>>((older, next) => next(older), head);
}

const time = z.number();
const count = z.int().min(0);
const toolRequest = { callId: z.string(), name: z.string(), argumentsText: z.string() };

/** How it stands in the record; a release that knew nothing of it kept none. */
const turn = z
  .object({
    n: count,
    startedAt: time,
    endedAt: time,
    interrupted: z.boolean(),
    answeredAfterMs: time.nullable().optional(),
    heardAfterMs: time.nullable().optional(),
  })
  .optional();

const itemSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('caller'), text: z.string(), at: time, turn }),
  z.object({ kind: z.literal('assistant'), text: z.string(), at: time, turn }),
  z.object({ kind: z.literal('note'), text: z.string(), at: time }),
  z.object({ kind: z.literal('tool'), ...toolRequest, output: z.string(), at: time }),
]);

const offer = z.object({
  slotId: z.string(),
  number: z.int(),
  serviceId: z.string(),
  providerId: z.string(),
  startsAt: time,
  endsAt: time,
});

const made = z.object({ appointmentId: z.string(), slotId: z.string() });

const dealings = z.object({
  offers: z.object({ latest: z.array(offer), earlier: z.array(offer), made: count }),
  unanswered: z.array(z.string()),
  choice: z.string().nullable(),
  booked: z.array(made),
  moved: z.array(z.string()),
  movedTo: z.array(made).optional(),
  cancelled: z.array(z.string()),
  fresh: z.array(z.string()).optional(),
  waitlisted: z.boolean(),
  theirs: z.array(z.string()),
  moving: z.string().nullable(),
  sought: z.object({ from: z.string(), to: z.string() }).nullable(),
  checked: z.boolean(),
  informed: z.boolean(),
  stuck: z.enum(FAILURE_CODES).nullable(),
  ending: z.boolean(),
  messageTaken: z.boolean(),
  transferring: z.string().nullable(),
  escalated: z.boolean(),
  urgent: z.boolean(),
});

/** As the service bills it: whatever it counts in, the call is not to be lost for it. */
const amount = z.number();

const usage = z.object({
  tokens: z.object({
    textIn: amount,
    textInCached: amount,
    audioIn: amount,
    audioInCached: amount,
    textOut: amount,
    audioOut: amount,
  }),
  transcription: z.object({ seconds: amount, tokensIn: amount, tokensOut: amount }),
  costUsd: amount,
});

const awaitedWords = z.object({ itemId: z.string(), n: count, startedAt: time, endedAt: time });

const headSchema = z.object({
  schema: z.literal(SCHEMA),
  mode: z.enum(['opening', 'talking', 'parting', 'away', 'settling', 'ended']),
  deadlines: z.record(z.string(), time),
  identity: z.object({
    conversationId: z.string(),
    clinicId: z.string(),
    channel: z.enum(['voice', 'web', 'sms']),
    callSid: z.string().nullable(),
    callerPhone: z.string().nullable(),
    calledNumber: z.string(),
    node: z.string(),
  }),
  startedAt: time,
  language: z.string(),
  turns: count,
  callerTurns: count,
  callerSpeaksSince: time.nullable(),
  answerDueSince: time.nullable(),
  doubt: z
    .object({
      since: time,
      endedAt: time.nullable(),
      itemId: z.string().nullable(),
      unheardMs: time,
      resumed: z.boolean(),
    })
    .nullable(),
  awaited: z.array(awaitedWords),
  saying: z.array(
    z.object({
      itemId: z.string(),
      n: count,
      startedAt: time,
      text: z.string(),
      by: z.enum(['model', 'phrase', 'filler']),
      askedAt: time.nullable(),
      heardAfterMs: time.nullable(),
      brokeOff: z.boolean().optional(),
    }),
  ),
  responding: z.boolean(),
  empty: z.boolean(),
  undisclosed: z.boolean(),
  answered: z.boolean(),
  answerOwed: z.boolean(),
  fillerSaid: z.boolean(),
  silences: count,
  phrasesSaid: count,
  tools: z.array(
    z.object({ ...toolRequest, n: count, startedAt: time, verdict: z.enum(['go_on', 'refuse', 'hand_over']) }),
  ),
  toolCalls: count,
  loop: z.object({
    asked: z.array(z.object({ signature: z.string(), times: count })),
    calls: count,
    refusals: count,
    refusalUnread: z.boolean(),
  }),
  dealings,
  lineLost: z.boolean(),
  keys: z.string(),
  leaving: z.object({ urgent: z.boolean() }).nullable(),
  staffTold: z.boolean(),
  missed: z.enum(['busy', 'no_answer', 'declined', 'failed']).nullable(),
  link: z.object({
    due: z.boolean(),
    unfinished: z.object({ itemId: z.string(), sentMs: time, sentence: z.string().nullable() }).nullable(),
    reheard: z.array(awaitedWords),
    toldUntil: time.nullable(),
    standsBy: z.boolean(),
    missed: z.boolean(),
  }),
  voice: z.object({ characters: count, ms: time }),
  resumes: count,
  usage,
  broke: z.boolean(),
  endedBy: z.string().nullable(),
}) satisfies z.ZodType<Omit<CallState, 'history'>>;

/** The shape of what is kept, as a JSON Schema: another shape is another `SCHEMA`. */
export function keptShape(): unknown {
  const head = headSchema.extend({ browser: browserMemory.optional() });
  return z.toJSONSchema(z.object({ head, items: z.array(itemSchema) }));
}

/** How the record of a call is closed. */
export type CallEnd = Extract<ConversationEntry, { kind: 'ended' }>;

/** What is kept of a call that is over: what comes next for a caller who is still there, and what came of it. */
export interface CallEnding {
  readonly next: 'hang_up' | 'staff';
  readonly clinicId: string;
  /** These are absent where the conversation never began, or another release kept it. */
  readonly conversationId?: string | undefined;
  readonly outcome?: string | undefined;
  /** Of its last owner. */
  readonly epoch?: number | undefined;
  /** For whoever claims the call before its record is closed. */
  readonly end?: CallEnd | undefined;
  /** What it broke off; absent where it did not break, or had no telephone to write to. */
  readonly cut?: CutOff | undefined;
}

const endSchema = z.object({
  kind: z.literal('ended'),
  conversationId: z.string(),
  clinicId: z.string(),
  outcome: z.enum(OUTCOMES),
  endedAt: time,
  endedBy: z.string(),
});

const textItem = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['customer', 'assistant', 'note']), text: z.string() }),
  z.object({ kind: z.literal('call'), ...toolRequest }),
  z.object({ kind: z.literal('output'), callId: z.string(), output: z.string() }),
]) satisfies z.ZodType<TextItem>;

const cutOff = z.object({
  clinicId: z.string(),
  conversationId: z.string(),
  phone: z.string(),
  language: z.string(),
  dealings,
  history: z.array(textItem),
}) satisfies z.ZodType<CutOff>;

const endingSchema = z.object({
  next: z.enum(['hang_up', 'staff']),
  clinicId: z.string(),
  conversationId: z.string().optional(),
  outcome: z.string().optional(),
  epoch: z.int().optional(),
  end: endSchema.optional(),
  cut: cutOff.optional(),
});

/** What a call breaks off that was in this state when its line or its node went; one whose caller hung up settles. */
export function cutOffBy({ identity, language, dealings, history, mode, leaving }: CallState): CutOff | null {
  const { clinicId, conversationId, callerPhone: phone } = identity;
  const isClosed = mode === 'away' || mode === 'settling' || (mode === 'parting' && leaving === null);
  if (phone === null || isClosed) return null;
  return { clinicId, conversationId, phone, language, dealings, history: history.flatMap(inWriting) };
}

/** As a conversation by text remembers it. */
function inWriting(item: Remembered): readonly TextItem[] {
  switch (item.kind) {
    case 'caller':
      return [{ kind: 'customer', text: item.text }];
    case 'assistant':
    case 'note':
      return [{ kind: item.kind, text: item.text }];
    case 'tool': {
      const { callId, name, argumentsText, output } = item;
      return [
        { kind: 'call', callId, name, argumentsText },
        { kind: 'output', callId, output },
      ];
    }
  }
}

export function endingOf(ending: CallEnding): string {
  return JSON.stringify(ending);
}

/** Throws where it is none. */
export function readEnding(text: string): CallEnding {
  return endingSchema.parse(JSON.parse(text));
}
