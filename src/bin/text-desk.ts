/**
 * Where a thread of text messages meets the rest of Ava: runs a turn's steps (`src/receptionist/texting.ts`) through the
 * model, the tools and the book, and has what the model asked for saved before it is done. Nothing is saved of a turn
 * before the model's first answer: whatever comes in until then has it begin again, with all that was written. Keeps
 * nothing itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answered, TurnTerms } from '../../queues/jobs/answer-texts.ts';
import { type Clinic, serviceById } from '../domain/clinic.ts';
import { wallClock } from '../domain/clinic-time.ts';
import type { Events } from '../domain/events.ts';
import { holdOf } from '../domain/holds.ts';
import { ModelFailure } from '../domain/model-failure.ts';
import type { NoticeReplyBook } from '../domain/notice-answers.ts';
import type { Offer } from '../domain/offers.ts';
import type { BookingStore, ClinicDirectory, ConversationEntry, MessageStore } from '../domain/ports.ts';
import {
  type AnswerClaim,
  type AskTextModel,
  type InboundText,
  type ModelCall,
  newTextConversation,
  type OpenTurn,
  type QuietThread,
  type Saved,
  type TextConversation,
  type TextingEnd,
  type TextingProgress,
  type ThreadBook,
} from '../domain/texting.ts';
import { limitTask, type TextingLimit, textingLimit } from '../domain/texting-limits.ts';
import { textingInstructions } from '../receptionist/instructions.ts';
import { answerNotice } from '../receptionist/notice-answers.ts';
import {
  beyondLimits,
  circlesOutcome,
  closed,
  ended,
  guarded,
  heard,
  holdAnswered,
  nextOf,
  noAnswer,
  repliedTo,
  said,
  silenced,
  started,
  type TextingStep,
  toolAnswered,
} from '../receptionist/texting.ts';
import { toolDeclarations, useTool } from '../receptionist/tools/toolbox.ts';
import type { TextWatch } from './text-watch.ts';

export interface TextDeskOptions {
  readonly book: ThreadBook;
  readonly directory: Pick<ClinicDirectory, 'byId'>;
  readonly bookings: BookingStore;
  readonly messages: MessageStore;
  /** What replies to texts about appointments do. */
  readonly replies: NoticeReplyBook;
  readonly ask: AskTextModel;
  /** Tells when more comes in while the model thinks. */
  readonly watch: TextWatch;
  readonly events: Events;
  readonly now: () => number;
}

/** Brings a thread's next turn to its end; see `AnswerTextsOptions.answer`. */
export async function answerThread(options: TextDeskOptions, claim: AnswerClaim, terms: TurnTerms): Promise<Answered> {
  const clinic = await options.directory.byId(claim.clinicId);
  if (clinic === undefined) throw new Error('the clinic of a thread is not in the directory');
  return new Turn(options, claim, clinic, terms).bring();
}

type Unsaved = Pick<TextingProgress, 'taken' | 'entries'>;
const NOTHING: Unsaved = { taken: [], entries: [] };

class Turn {
  readonly #options: TextDeskOptions;
  readonly #claim: AnswerClaim;
  readonly #clinic: Clinic;
  readonly #terms: TurnTerms;
  readonly #claimedAt = performance.now();
  #conversation: TextConversation;
  /** What was heard, until it is saved with the first thing that came of it: a turn that begins again hears it anew. */
  #unsaved = NOTHING;
  /** Whether the turn may begin again with what comes in meanwhile: nothing of it is saved, and nothing was done. */
  #mayRestart = false;
  /** Which limit is passed: nothing is answered then. */
  #limit: TextingLimit | null = null;
  #modelMs = 0;

  constructor(options: TextDeskOptions, claim: AnswerClaim, clinic: Clinic, terms: TurnTerms) {
    this.#options = options;
    this.#claim = claim;
    this.#clinic = clinic;
    this.#terms = terms;
    this.#conversation =
      claim.conversation ?? newTextConversation(claim.conversationId, clinic.language, options.now());
  }

  async bring(): Promise<Answered> {
    if (this.#conversation.open === null) await this.#hear();
    if (this.#claim.withStaff) this.#conversation = silenced(this.#conversation);
    for (;;) {
      this.#terms.signal.throwIfAborted();
      const next = nextOf(this.#conversation);
      switch (next.kind) {
        case 'idle':
          return 'answered';
        case 'done': {
          const closing = await this.#close(next.turn);
          if (closing !== 'silent') return closing;
          this.#conversation = silenced(this.#conversation);
          break;
        }
        case 'hold':
          this.#conversation = holdAnswered(this.#conversation, next.offer, await this.#hold(next.offer));
          break;
        case 'ask': {
          const step = await this.#ask();
          if (step === 'more') return 'more';
          const saved = await this.#advance(step);
          if (saved !== 'saved') return saved;
          break;
        }
        case 'tool': {
          const saved = await this.#advance(await this.#use(next.call));
          if (saved !== 'saved') return saved;
        }
      }
    }
  }

  /** Hears what came in. */
  async #hear(): Promise<void> {
    const { texts, withStaff, clinicId, phone, soFar } = this.#claim;
    const isNew = this.#claim.conversation === null;
    const begin: ConversationEntry[] = isNew ? [started(this.#conversation, clinicId, phone)] : [];
    const step = heard(this.#conversation, texts, this.#clinic, withStaff, this.#options.now());
    this.#mayRestart = this.#terms.joins;
    this.#limit = withStaff ? null : textingLimit(soFar);
    this.#conversation =
      this.#limit === null
        ? await this.#replied(step.conversation, texts)
        : beyondLimits(this.#conversation, step.conversation);
    this.#unsaved = { taken: texts, entries: [...begin, ...step.entries] };
  }

  /** What a lone text means that answers one about an appointment; whatever is answered by rule already stays so. */
  async #replied(conversation: TextConversation, texts: readonly InboundText[]): Promise<TextConversation> {
    const [text, ...more] = texts;
    if (text === undefined || more.length > 0 || conversation.open?.reply !== null) return conversation;
    const { replies, bookings, now } = this.#options;
    const { phone } = this.#claim;
    const received = { clinic: this.#clinic, phone, body: text.body, language: conversation.language, now: now() };
    const answer = await answerNotice({ replies, bookings }, received);
    if (answer === null) return conversation;
    // It may have been done what they replied.
    this.#mayRestart = false;
    return repliedTo(conversation, answer);
  }

  /** Goes on by a step, and saves it; what ends the turn is saved with its end. */
  async #advance({ conversation, entries }: TextingStep): Promise<Saved> {
    this.#conversation = conversation;
    const { taken, entries: before } = this.#unsaved;
    this.#unsaved = { taken, entries: [...before, ...entries] };
    if (nextOf(conversation).kind === 'done') return 'saved';
    return this.#kept(await this.#options.book.save(this.#claim, this.#progress));
  }

  get #progress(): TextingProgress {
    return { conversation: this.#conversation, ...this.#unsaved, unlessMore: this.#mayRestart };
  }

  /** What was saved is unsaved no more. */
  #kept<T extends Saved | 'next'>(saved: T): T {
    if (saved === 'more' || saved === 'lost') return saved;
    if (this.#unsaved.entries.some(({ kind }) => kind === 'started')) this.#tell('call.started', { channel: 'sms' });
    this.#unsaved = NOTHING;
    this.#mayRestart = false;
    return saved;
  }

  /** Asks the model, unless more comes in meanwhile. */
  async #ask(): Promise<TextingStep | 'more'> {
    if (!this.#mayRestart) return this.#asked(this.#terms.signal);
    const { threadId, texts } = this.#claim;
    const watched = this.#options.watch.begin(threadId, texts.length);
    try {
      return await this.#asked(AbortSignal.any([this.#terms.signal, watched.more]));
    } catch (error) {
      if (watched.more.aborted && !this.#terms.signal.aborted) return 'more';
      throw error;
    } finally {
      watched.end();
    }
  }

  async #asked(signal: AbortSignal): Promise<TextingStep> {
    const { ask, now } = this.#options;
    const { phone, customerName } = this.#claim;
    const brief = {
      instructions: textingInstructions({ clinic: this.#clinic, now: now(), phone, customerName }),
      tools: toolDeclarations(),
      items: this.#conversation.history,
    };
    const startedAt = performance.now();
    try {
      const turn = await ask(brief, this.#context, signal);
      return { conversation: said(this.#conversation, turn, this.#clinic), entries: [] };
    } catch (error) {
      if (!(error instanceof ModelFailure) || signal.aborted) throw error;
      return this.#unanswered(error);
    } finally {
      this.#modelMs += performance.now() - startedAt;
    }
  }

  /** The failure is saved before it is told: a model that never answers is not asked for ever. */
  async #unanswered(error: ModelFailure): Promise<TextingStep> {
    const failures = (this.#conversation.open?.failures ?? 0) + 1;
    const isFinal = error.isFinal || this.#terms.isLast(failures);
    const step = { conversation: noAnswer(this.#conversation, this.#clinic, isFinal), entries: [] };
    if (isFinal) return step;
    this.#mayRestart = false;
    await this.#advance(step);
    throw error;
  }

  async #use(call: ModelCall): Promise<TextingStep> {
    const { now, events } = this.#options;
    const { conversation, verdict } = guarded(this.#conversation, call);
    const startedAt = now();
    const since = performance.now();
    this.#tell('tool.started', { tool: call.name });
    const outcome = verdict === 'go_on' ? await this.#run(call) : circlesOutcome(verdict);
    const tookMs = Math.round(performance.now() - since);
    const { answer } = outcome;
    events.emit('tool.finished', {
      ...this.#context,
      tool: call.name,
      result: answer.success ? 'success' : answer.error,
      ms: tookMs,
    });
    return toolAnswered(conversation, call, outcome, this.#clinic, { startedAt, tookMs });
  }

  #run({ name, argumentsText }: ModelCall) {
    const { bookings, messages, now } = this.#options;
    const { conversationId, phone: callerPhone } = this.#claim;
    const { dealings } = this.#conversation;
    const context = {
      clinic: this.#clinic,
      conversationId,
      channel: 'sms',
      callerPhone,
      dealings,
      bookings,
      messages,
      now,
    } as const;
    return useTool(name, argumentsText, context, (tool, code, error) =>
      this.#tell('tool.broke', { tool, code, error }),
    );
  }

  /** A hold that could not be placed is no reason to bother anybody: the booking itself decides. */
  async #hold(offer: Offer): Promise<'held' | 'taken'> {
    const service = serviceById(this.#clinic, offer.serviceId);
    if (!service) return 'held';
    const { bookings, events, now } = this.#options;
    const { conversationId, dealings } = this.#conversation;
    const request = holdOf(offer, service, this.#clinic, { conversationId, movingId: dealings.moving, now: now() });
    return bookings.hold(request).catch((error: unknown) => {
      events.emit('dependency.lost', { name: 'postgres', error });
      return 'held' as const;
    });
  }

  async #close(open: OpenTurn): Promise<Answered | 'silent'> {
    const { book, bookings, now } = this.#options;
    await this.#settle();
    const { conversation, entries, reply, task, isOver } = closed(this.#conversation, open, this.#clinic, now());
    const { taken, entries: before } = this.#unsaved;
    const key = `${conversation.conversationId}/${conversation.turns}`;
    const saved = await book.finish(this.#claim, {
      conversation,
      taken,
      entries: [...before, ...entries],
      unlessMore: this.#mayRestart,
      reply: reply === null ? null : { key: `reply/${key}`, body: reply },
      task: this.#taskOf(task, `text/${key}`),
      isOver,
    });
    if (saved === 'silent') return saved;
    this.#kept(saved);
    if (saved === 'more' || saved === 'lost') return saved;
    if (this.#limit !== null) this.#tell('text.limited', { limit: this.#limit });
    const { waitedMs } = this.#claim;
    this.#tell('text.answered', { modelMs: this.#modelMs, ms: waitedMs + performance.now() - this.#claimedAt });
    if (isOver) {
      await bookings.release(this.#claim.clinicId, conversation.conversationId).catch(() => undefined);
      tellEnd(this.#options, this.#claim.clinicId, conversation, 'ava');
    }
    return saved === 'next' ? 'next' : 'answered';
  }

  /** Of what is left to staff beyond a limit, they are told once a day, however many texts that are. */
  #taskOf(text: string | null, key: string): TextingEnd['task'] {
    const { phone, customerName: name } = this.#claim;
    if (text !== null) return { key, text, name };
    if (this.#limit === null) return null;
    const { date } = wallClock(this.#options.now(), this.#clinic.timeZone);
    return { ...limitTask(this.#limit, phone, date), name };
  }

  /** What is sent in one go comes in one by one: an answer that is there at once is for all of it. */
  async #settle(): Promise<void> {
    const { waitedMs, settleMs } = this.#claim;
    const restMs = settleMs - waitedMs - (performance.now() - this.#claimedAt);
    if (this.#mayRestart && restMs > 0) await sleep(restMs, undefined, { signal: this.#terms.signal });
  }

  get #context() {
    const { clinicId, conversationId } = this.#claim;
    return { clinicId, conversationId };
  }

  get #tell(): Events['emit'] {
    return (name, event) => this.#options.events.emit(name, { ...this.#context, ...event });
  }
}

function tellEnd(
  { events, now }: Pick<TextDeskOptions, 'events' | 'now'>,
  clinicId: string,
  conversation: TextConversation,
  endedBy: string,
): void {
  const { conversationId, startedAt } = conversation;
  const { outcome } = ended(conversation, clinicId, endedBy, now());
  const durationMs = now() - startedAt;
  events.emit('call.ended', { clinicId, conversationId, channel: 'sms', outcome, endedBy, durationMs });
}

/**
 * Conversations end when nobody has written for so long: long enough for whoever reads their phone at lunch only, and
 * short enough that the times offered in the morning are not taken up at night.
 */
export const QUIET_MS = 4 * 3_600_000;

type Ending = Pick<TextDeskOptions, 'book' | 'events' | 'now'>;

/** Ends conversations in which nobody has written for long; answers how many. */
export async function endQuietThreads(options: Ending, quietMs: number = QUIET_MS): Promise<number> {
  let count = 0;
  for (const thread of await options.book.quiet(quietMs)) if (await endThread(options, thread, 'quiet')) count += 1;
  return count;
}

/** Answers whether it was over: nothing had come in meanwhile. */
export async function endThread(
  { book, events, now }: Ending,
  thread: QuietThread,
  endedBy: 'quiet' | 'call',
): Promise<boolean> {
  const { clinicId, conversation } = thread;
  if (!(await book.end(thread, [ended(conversation, clinicId, endedBy, now())]))) return false;
  tellEnd({ events, now }, clinicId, conversation, endedBy);
  return true;
}
