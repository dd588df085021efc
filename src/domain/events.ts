/**
 * What happens, as facts. Code emits these; logs, metrics and traces subscribe (ops/), so the code that does the work
 * knows none of them. No event carries what a caller said, a name or a phone number, except under `pii`, which the log
 * redacts unless told otherwise and metrics never read.
 */
import type { CalendarTroubleKind } from './calendar.ts';
import type { Kept } from './call-keeping.ts';
import type { LineLoss } from './call-watch.ts';
import type { FailureCode } from './failures.ts';
import type { NoticeKind } from './notices.ts';
import type { Channel, Outcome } from './ports.ts';
import type { Sentiment } from './scores.ts';
import type { TextingLimit } from './texting-limits.ts';
import type { TextTroubleKind } from './texts.ts';

/** Whom an event is about; every field that is known is given. */
export interface CallContext {
  readonly callSid?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly clinicId?: string | undefined;
}

export type ShedReason = 'draining' | 'full' | 'model_down' | 'no_clinic_data';
export type ModelErrorKind = 'connect' | 'closed' | 'timeout' | 'fatal' | 'rate_limit' | 'protocol' | 'response_failed';

/** `traces`: who collects them. */
export type Dependency = 'postgres' | 'redis' | 'openai' | 'twilio' | 'traces';

/** What a run of a job came to; `retry` is a failure, final or not. */
export type JobResult = 'done' | 'retry' | 'cancel' | 'snooze';

/** Why an appointment did not get to its calendar; `broke` is ours, `unsettled`: the event changed whenever it was looked at. */
export type CalendarFailureKind = CalendarTroubleKind | 'broke' | 'unsettled';
export type ScoringResult = 'scored' | 'silent' | 'failed';

/** Jobs of one queue by where they stand; all workers together. */
export interface QueuedJobs {
  readonly waiting: number;
  readonly active: number;
  /** Due later: scheduled, backing off or snoozed. */
  readonly delayed: number;
  /** Given up; the newest are kept. */
  readonly failed: number;
}

/** Tokens of one model response, by kind; a token is counted once: `textIn` and `audioIn` leave out the cached ones. */
export interface TokenUsage {
  readonly textIn: number;
  readonly textInCached: number;
  readonly audioIn: number;
  readonly audioInCached: number;
  readonly textOut: number;
  readonly audioOut: number;
}

/** What having a caller's words written down is billed by: seconds of audio or tokens, as the transcribing model has it. */
export interface TranscriptionUsage {
  readonly seconds: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
}

export interface AvaEvents {
  'call.offered': CallContext & { readonly channel: Channel };
  'call.shed': CallContext & { readonly reason: ShedReason };
  'call.started': CallContext & { readonly channel: Channel };
  'call.ended': CallContext & {
    readonly channel: Channel;
    readonly outcome: Outcome;
    readonly endedBy: string;
    readonly durationMs: number;
  };
  /** A call's own code broke; the caller got an apology and staff, every other call goes on. */
  'call.crashed': CallContext & { readonly actor: string; readonly error: unknown };
  'call.refused': CallContext & { readonly reason: string };
  /** The caller's turn is over; `spokenMs`: how long it was, 0 where it was typed or keyed. Its words come later. */
  'turn.committed': CallContext & { readonly n: number; readonly spokenMs: number };
  /** What a call remembers was kept outside its node, or was not; `ms` from the change until that was known. */
  'call.kept': CallContext & { readonly result: Kept | 'failed'; readonly ms: number };
  /** Another node has the call of which this one was the owner of that epoch; nothing of it is written here any more. */
  'call.displaced': CallContext & { readonly epoch: number };
  /** A call whose line broke goes on over another one: on this node (`line_broke`) or on another (`node_lost`). */
  'call.resumed': CallContext & {
    readonly reason: 'line_broke' | 'node_lost';
    readonly result: 'resumed' | 'ended' | 'elsewhere' | 'gone' | 'failed';
    readonly ms: number;
  };
  /**
   * Nobody took care of a call, and the phone network was asked about it. `recalled`: it is to give the call another
   * line. `ended`: its caller is gone. `left`: there is nothing to do. `attended`: somebody has taken care of it meanwhile.
   * `unknown`: the network did not say.
   */
  'call.watched': CallContext & {
    readonly cause: 'owner_silent' | LineLoss;
    readonly result: 'recalled' | 'ended' | 'left' | 'attended' | 'unknown' | 'failed';
    readonly error?: unknown;
  };
  'turn.caller': CallContext & { readonly n: number; readonly pii: { readonly text: string } };
  'turn.assistant': CallContext & {
    readonly n: number;
    readonly interrupted: boolean;
    readonly pii: { readonly text: string };
  };
  /** The caller stopped speaking → the first sample of the answer left. */
  'turn.first_audio': CallContext & { readonly ms: number };
  /** The caller stopped speaking → the line confirmed that the first piece of the answer was played. */
  'turn.first_heard': CallContext & { readonly ms: number };
  'turn.interrupted': CallContext & { readonly heardMs: number };
  /** The model began to answer. */
  'response.started': CallContext;
  'response.ended': CallContext & { readonly status: 'completed' | 'cancelled' | 'failed' | 'incomplete' };
  'tool.started': CallContext & { readonly tool: string };
  'tool.finished': CallContext & {
    readonly tool: string;
    readonly result: 'success' | FailureCode;
    readonly ms: number;
  };
  /** A tool met something that should not happen; the caller heard a sentence, the stack is for us. */
  'tool.broke': CallContext & { readonly tool: string; readonly code: FailureCode; readonly error: unknown };
  'booking.finished': CallContext & { readonly result: 'booked' | 'replayed' | 'taken' | 'failed' };
  'model.connected': CallContext & { readonly ms: number };
  'model.error': CallContext & { readonly kind: ModelErrorKind; readonly code: string };
  /** A session was followed by another, after a loss (`resumed`, `failed`) or in time (`rotated`); `ms` without one. */
  'model.reconnected': CallContext & { readonly result: 'resumed' | 'failed' | 'rotated'; readonly ms: number };
  /** Under a tenth of what the account may use is left, for so long. */
  'model.limit_near': CallContext & { readonly limit: string; readonly share: number; readonly resetMs: number };
  /** Open: new calls go to staff, since no session is to be had. */
  'model.circuit': { readonly state: 'open' | 'closed' };
  /** `model` is who billed it; where it is not given, the node's realtime model. */
  'model.usage': CallContext & { readonly usage: TokenUsage; readonly model?: string | undefined };
  /** A caller's turn was written down by `model`. */
  'model.transcribed': CallContext & { readonly usage: TranscriptionUsage; readonly model: string };
  /** A calendar did not do as asked; `status` is its service's, 0 without an answer, `reason` the service's word for it. */
  'calendar.troubled': CallContext & {
    readonly kind: CalendarTroubleKind;
    readonly status: number;
    readonly reason: string;
  };
  /** How old the oldest copy of a calendar is; null where there is none. */
  'calendar.mirrors_aged': { readonly oldestMs: number | null };
  'media.violation': CallContext & { readonly kind: string };
  /** Nothing came of a stream any more, not even its end; it is taken for broken. */
  'media.stalled': CallContext & { readonly quietMs: number };
  /** How long audio stayed on this node: of a sample of callers' frames, and of the beginning of each sentence. */
  'media.relayed': { readonly direction: 'to_model' | 'to_caller'; readonly ms: number };
  'media.backpressure': CallContext & { readonly result: 'queued' | 'dropped' };
  'http.request': {
    readonly requestId: string;
    readonly route: string;
    readonly method: string;
    readonly status: number;
    readonly ms: number;
    readonly aborted: boolean;
  };
  'http.failed': {
    readonly requestId: string;
    readonly route: string;
    /** As it was asked for, without its query. */
    readonly path: string;
    readonly method: string;
    readonly error: unknown;
  };
  'job.finished': {
    readonly queue: string;
    readonly result: JobResult;
    /** From 1. */
    readonly attempt: number;
    readonly ms: number;
  };
  /** Why a run is a `retry`; after the `last` attempt nothing runs it again. */
  'job.failed': { readonly queue: string; readonly attempt: number; readonly last: boolean; readonly error: unknown };
  /** Its worker died, or lost its lock; another runs it. */
  'job.stalled': { readonly queue: string };
  'queue.counted': { readonly queue: string; readonly jobs: QueuedJobs };
  /** Nobody knows how many jobs wait, and none runs, until the next `queue.counted`. */
  'queue.lost': { readonly queue: string; readonly error: unknown };
  /** Redis refused what a queue asked of it. */
  'queue.troubled': { readonly queue: string; readonly error: unknown };
  /** A queue's worker heard nothing any more though there was work, and was replaced. */
  'queue.renewed': { readonly queue: string; readonly overdueMs: number };
  /** Work that is not done yet, of all clinics: how much, since when the oldest, and how much was given up. */
  'outbox.counted': { readonly pending: number; readonly oldestMs: number; readonly dead: number };
  /** The queue can't be told of work; it waits in the database. Told once until it can. */
  'outbox.stuck': { readonly error: unknown };
  /** A calendar shows an appointment as it is, or no more; `lagMs` after that was last asked for. */
  'calendar.written': CallContext & { readonly result: 'shown' | 'removed'; readonly lagMs: number };
  /** `afterMs`: when it is tried again; null: never, unless somebody asks for it. `reason` is of a closed set of words. */
  'calendar.write_failed': CallContext & {
    readonly appointmentId: string;
    readonly kind: CalendarFailureKind;
    /** Google's; 0 where there was no answer. */
    readonly status: number;
    readonly reason: string;
    readonly attempts: number;
    readonly afterMs: number | null;
    readonly error: unknown;
  };
  /** A human removed or moved an appointment's event in the calendar: the book stays as it is, staff have to decide. */
  'calendar.changed_by_hand': CallContext & { readonly appointmentId: string; readonly change: 'removed' | 'moved' };
  /**
   * Calendars were compared with the book: of so many appointments, events that the book knows nothing of removed, and
   * those that differ given to be written again; `unanswered` calendars were left out.
   */
  'calendar.reconciled': {
    readonly compared: number;
    readonly removed: number;
    readonly rewritten: number;
    readonly unanswered: number;
  };
  /** A conversation has its score: of a model, or the neutral one where the caller was `silent` or scoring `failed`. */
  'conversation.scored': CallContext & {
    readonly result: ScoringResult;
    readonly sentiment: Sentiment;
    readonly satisfaction: number;
    readonly followUpNeeded: boolean;
  };
  /** The model gave no score. `afterMs`: when it is asked again; null: never, and neutral stands in. */
  'conversation.scoring_failed': CallContext & {
    readonly attempts: number;
    readonly afterMs: number | null;
    readonly error: unknown;
  };
  /** A clinic's own system took an event, so long after it happened. */
  'webhook.delivered': CallContext & { readonly lagMs: number };
  /** It did not. `afterMs`: when it is told again; null: never, unless somebody asks for it. `reason` is of a closed set. */
  'webhook.failed': CallContext & {
    readonly deliveryId: string;
    readonly endpointId: string;
    readonly reason: string;
    readonly attempts: number;
    readonly afterMs: number | null;
  };
  /** A customer is to be told this of an appointment. */
  'notice.asked': CallContext & { readonly kind: NoticeKind };
  /** An entry of the waitlist for which time became free was looked at. */
  'waitlist.looked': CallContext & { readonly result: 'offered' | 'waits' | 'left' | 'nothing' };
  /** A text message came in and is stored; told once for each. */
  'text.received': CallContext & { readonly costUsd: number };
  /** Messages of a thread were answered: `ms` after the first came in, `modelMs` of which the model took. */
  'text.answered': CallContext & { readonly ms: number; readonly modelMs: number };
  /** They were left to staff: too many came, texting cost what it may, or they want no texts. */
  'text.limited': CallContext & { readonly limit: TextingLimit };
  /** A text message is with the carrier, who bills it by its segments. */
  'text.sent': CallContext & { readonly costUsd: number };
  /** It will never go; `code` is the carrier's, 0 where it gave none. */
  'text.refused': CallContext & { readonly reason: 'opted_out' | 'refused'; readonly code: number };
  /** It did not go yet, and is tried again in so long. */
  'text.failed': CallContext & {
    readonly kind: TextTroubleKind;
    readonly code: number;
    readonly failures: number;
    readonly afterMs: number;
    readonly error: unknown;
  };
  /** What the carrier tells of a message later: `sent`, `delivered`, `undelivered`, `failed`. */
  'text.reported': CallContext & { readonly status: string; readonly code: number | null };
  /** How much was tidied up: lost calls and quiet threads ended; lapsed holds, lost nodes and rows that have served deleted. */
  'housekeeping.done': {
    readonly calls: number;
    readonly holds: number;
    readonly nodes: number;
    readonly threads: number;
    readonly rows: number;
  };
  /** This node's heartbeat can't be written; told once until it can. */
  'node.heartbeat_lost': { readonly error: unknown };
  'node.heartbeat_back': { readonly silentMs: number };
  /** `query` is one of a closed set of names. */
  'db.queried': { readonly query: string; readonly tookMs: number; readonly result: 'ok' | 'failed' };
  'log.entries_dropped': { readonly count: number };
  /** Of what calls folded: the record is whole, those calls can't be replayed to their end. */
  'log.folds_dropped': { readonly count: number };
  /** What is stored for a clinic is none; its last known good is answered, where there is one. */
  'clinic.unreadable': CallContext & { readonly error: unknown };
  /** A clinic's fixed phrases were rendered: how many, and how many the model would not say word for word. */
  'phrases.rendered': CallContext & { readonly rendered: number; readonly refused: number };
  /** Rendering broke off; calls go on without what is missing, and it is tried again. */
  'phrases.failed': CallContext & { readonly error: unknown };
  /** Something could not be kept in Postgres, whatever the reason: of a text and a record it is tried again, a hold lapses. */
  'store.failed': CallContext & { readonly what: 'hold' | 'record' | 'text'; readonly error: unknown };
  /** Told by whoever tells as well when it is back, and of nothing but that. */
  'dependency.lost': { readonly name: Dependency; readonly error: unknown };
  'dependency.back': { readonly name: Dependency };
  'process.unhandled': { readonly kind: 'exception' | 'rejection'; readonly error: unknown };
  /** What works, but is unwise: `advice` names the variable and never its value. */
  'config.warned': { readonly advice: string };
  /** A resource could not be stopped, or not in time; the others were stopped all the same. */
  'process.stop_failed': { readonly name: string; readonly error: unknown };
  'process.log_level': { readonly level: 'debug' | 'info' | 'warn' | 'error' };
  /** A log, metric or trace broke on a fact; told once for each. */
  'events.subscriber_broke': { readonly event: string; readonly error: unknown };
  'process.state': { readonly state: 'starting' | 'ready' | 'draining' | 'stopped'; readonly detail?: string };
}

export type AvaEventName = keyof AvaEvents;

/** The one way out for facts. `emit` is synchronous and never throws, whatever a subscriber does. */
export interface Events {
  emit<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void;
}
