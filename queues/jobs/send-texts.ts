/**
 * Sends what a thread of text messages still has to send, one after the other. The carrier knows no message again, so
 * each is noted as being sent before it is handed over, and where nobody knows what came of that, what the carrier has
 * is read back: found, it was sent; not found when no request can still be on its way, it was not.
 */
import { z } from 'zod';
import type { Events } from '../../src/domain/events.ts';
import {
  type SendClaim,
  type SendResult,
  type TextBook,
  type TextCarrier,
  TextTrouble,
} from '../../src/domain/texts.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { backOffMs, RETRY, TEXT_FAILURES } from '../retry.ts';

export interface SendTextsOptions {
  readonly book: TextBook;
  readonly carrier: TextCarrier;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
  /** The constants' where nothing else is given. */
  readonly times?: SendTimes | undefined;
}

export interface SendTimes {
  /** One request to the carrier. */
  readonly requestMs: number;
  /** Longer than the last request of a claim can take: none begins when less than `requestMs` of it is left. */
  readonly claimMs: number;
  /** How long after it was sent a request that nobody waits for any more may still take effect. */
  readonly lateMs: number;
}

export const SEND_TEXTS_JOB = 'send-texts';

const TIMES: SendTimes = { requestMs: 4_000, claimMs: 10_000, lateMs: 12_000 };
const CONCURRENCY = 16;
const TIME_LIMIT_MS = 30_000;
/** The carrier's clock shows whole seconds, and is not ours. */
const CLOCK_SKEW_MS = 60_000;

const doorbell = z.object({ clinicId: z.uuid(), threadId: z.uuid() });
type Doorbell = z.output<typeof doorbell>;

/** Sends what a thread has to send, until nothing is left or something is in the way. */
export type SendTexts = (which: Doorbell, signal: AbortSignal) => Promise<void>;

export function sendTextsJob(send: SendTexts): Job {
  return {
    name: SEND_TEXTS_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.sendTexts,
    async run({ data, signal }: JobRun): Promise<JobOutcome> {
      const asked = doorbell.safeParse(data);
      if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of a thread' };
      await send(asked.data, signal);
      return { kind: 'done' };
    },
  };
}

export function textSender(options: SendTextsOptions): SendTexts {
  const { book, newToken, times = TIMES } = options;
  return async (which, signal) => {
    let since = performance.now();
    let claim = await book.claim({ ...which, token: newToken(), forMs: times.claimMs });
    while (claim !== null && !signal.aborted) {
      const sending: Sending = new Sending(claim, options, times, since);
      claim = await sending.bring(signal);
      since = sending.settledAt;
    }
    // Claimed, and not begun.
    if (claim !== null) await book.leave(claim, 0, 'no', null);
  };
}

/** What is done with one message in one claim. */
class Sending {
  readonly #claim: SendClaim;
  readonly #options: SendTextsOptions;
  readonly #times: SendTimes;
  readonly #since: number;
  /** When it was asked to be settled, and the next to be claimed; on the process's own clock. */
  settledAt = 0;

  /** `since`: when the claim was asked for, on the process's own clock. */
  constructor(claim: SendClaim, options: SendTextsOptions, times: SendTimes, since: number) {
    this.#claim = claim;
    this.#options = options;
    this.#times = times;
    this.#since = since;
  }

  /** Answers the next message; null where nothing follows. */
  async bring(signal: AbortSignal): Promise<SendClaim | null> {
    const { unknownSince } = this.#claim;
    try {
      const result = unknownSince === null ? await this.#send(signal) : await this.#readBack(unknownSince, signal);
      return result && (await this.#settle(result));
    } catch (error) {
      return this.#failed(error, signal.aborted);
    }
  }

  async #send(signal: AbortSignal): Promise<SendResult> {
    const { carrier } = this.#options;
    return { kind: 'accepted', ...(await carrier.send(this.#claim.text, this.#limit(signal))) };
  }

  /** Null where it is too early to say. */
  async #readBack(since: number, signal: AbortSignal): Promise<SendResult | null> {
    const { book, carrier } = this.#options;
    const { clinicId, text, now } = this.#claim;
    const newest = await carrier.newest(text.from, text.to, this.#limit(signal));
    const alike = newest.filter(({ body, createdAt }) => body === text.body && createdAt >= since - CLOCK_SKEW_MS);
    const others = await book.known(
      clinicId,
      alike.map(({ sid }) => sid),
    );
    const found = alike.find(({ sid }) => !others.has(sid));
    if (found) return { kind: 'accepted', sid: found.sid, status: found.status };
    const earlyMs = since + this.#times.lateMs - now;
    if (earlyMs <= 0) return { kind: 'unsent' };
    await book.leave(this.#claim, earlyMs, 'unknown', null);
    return null;
  }

  async #settle(result: SendResult): Promise<SendClaim | null> {
    this.settledAt = performance.now();
    const next = await this.#options.book.settle(this.#claim, result);
    if (next === 'lost') return null;
    if (result.kind !== 'unsent') this.#tell(result);
    return next;
  }

  #tell(result: Exclude<SendResult, { kind: 'unsent' }>): void {
    const { clinicId, costUsd } = this.#claim;
    const { events } = this.#options;
    if (result.kind === 'accepted') events.emit('text.sent', { clinicId, costUsd });
    else events.emit('text.refused', { clinicId, reason: result.reason, code: result.code });
  }

  async #failed(error: unknown, stopping: boolean): Promise<SendClaim | null> {
    const { book, events } = this.#options;
    const { clinicId, failures } = this.#claim;
    if (!(error instanceof TextTrouble)) throw error;
    const { kind, code } = error;
    if (stopping) {
      await book.leave(this.#claim, 0, 'unknown', null);
      return null;
    }
    if (kind === 'opted_out' || kind === 'refused') return this.#settle({ kind: 'refused', reason: kind, code });
    const { again, sent } = TEXT_FAILURES[kind];
    const afterMs = backOffMs(again, failures + 1);
    await book.leave(this.#claim, afterMs, sent, kind);
    events.emit('text.failed', { clinicId, kind, code, failures: failures + 1, afterMs, error });
    return null;
  }

  /** Asked before each request: none begins once the claim may lapse before it ends. */
  #limit(signal: AbortSignal): AbortSignal {
    const { requestMs, claimMs } = this.#times;
    if (performance.now() - this.#since > claimMs - requestMs) throw new TextTrouble('timeout');
    return AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
  }
}
