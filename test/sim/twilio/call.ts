/**
 * One phone call: its status, the phone at its end, and everything that was heard, said and done in it.
 *
 * Lifecycle: made ringing; `answer` opens the line; `end` is final and happens once. Status changes go to the status
 * callback in order, one at a time. A `Person` may be put at the phone; tests and people drive it by `say`, `press` …
 */
import type {
  CallDirection,
  CallEnd,
  CallEvent,
  CallHappening,
  CallStatus,
  FinalStatus,
  Violation,
} from './call-events.ts';
import { type CallFacts, callParams } from './call-params.ts';
import { Deferred } from './deferred.ts';
import { Ear, type HeardUtterance, type HeardWord, type MediaGap, wordsAsText } from './ear.ts';
import type { Environment } from './environment.ts';
import { EventLog } from './event-log.ts';
import { effectiveFaults, type FaultPlan } from './faults.ts';
import { Line } from './line.ts';
import { Mic, type Said } from './mic.ts';
import { newSid } from './sid.ts';
import type { Params, WebhookAttempt } from './webhooks.ts';

/** Somebody at the phone. Times are the line's. */
export interface Person {
  onWord(word: HeardWord): void;
  /** Every 20 ms; `quietMs`: how long nobody has been heard. */
  onMoment(nowMs: number, quietMs: number): void;
}

export interface CallLog {
  readonly verbs: string[];
  readonly webhooks: WebhookAttempt[];
  readonly violations: Violation[];
  readonly warnings: string[];
  readonly gaps: MediaGap[];
}

export interface CallSetup {
  readonly from: string;
  readonly to: string;
  readonly direction: CallDirection;
  readonly parent?: Call;
  /** Twilio's side of the call: the account's number. */
  readonly accountNumber: string;
  readonly faults?: FaultPlan;
  /** Added to, or put in place of, the parameters of every webhook. */
  readonly params?: Params;
  readonly onStatus?: (call: Call, status: CallStatus) => void;
}

export type CallEnding = Pick<CallEnd, 'by' | 'errorCode'>;

/** Twilio ends calls after four hours. */
const MAX_CALL_MS = 4 * 60 * 60 * 1000;

export class Call {
  readonly sid = newSid('CA');
  readonly from: string;
  readonly to: string;
  readonly direction: CallDirection;
  readonly parentSid: string | undefined;
  readonly accountNumber: string;
  readonly createdAt = new Date();
  readonly events = new EventLog<CallEvent>();
  readonly heard: HeardWord[] = [];
  readonly utterances: HeardUtterance[] = [];
  readonly said: Said[] = [];
  readonly log: CallLog = { verbs: [], webhooks: [], violations: [], warnings: [], gaps: [] };
  readonly line: Line;
  person: Person | undefined;
  status: CallStatus = 'queued';
  answeredAt: Date | undefined;
  /** Set once the call is over. */
  end: CallEnd | undefined;
  private readonly setup: CallSetup;
  private readonly environment: Environment;
  private readonly over = new AbortController();
  private readonly ending = new Deferred<CallEnd>();

  constructor(setup: CallSetup, environment: Environment) {
    this.setup = setup;
    this.environment = environment;
    this.from = setup.from;
    this.to = setup.to;
    this.direction = setup.direction;
    this.parentSid = setup.parent?.sid;
    this.accountNumber = setup.accountNumber;
    const mic = new Mic(environment.pace, {
      onStart: (text) => this.onSaying(text),
      onEnd: (said) => this.onSaid(said),
    });
    const ear = new Ear({
      onWord: (word) => this.onWord(word),
      onUtterance: (utterance) => this.onUtterance(utterance),
      onGap: (gap) => this.onGap(gap),
    });
    this.line = new Line(mic, ear, environment.ticker, (nowMs) => this.onTick(nowMs));
  }

  get ended(): Promise<CallEnd> {
    return this.ending.promise;
  }

  /** Aborted when the call is over. */
  get overSignal(): AbortSignal {
    return this.over.signal;
  }

  get isOver(): boolean {
    return this.end !== undefined;
  }

  get faults(): FaultPlan {
    return effectiveFaults(this.environment.faults(), this.setup.faults);
  }

  /** What was heard so far and understood, as one line. */
  get heardText(): string {
    return wordsAsText(this.heard);
  }

  /** Says a sentence, after what is being said. Resolves when it has been said or the call is over. */
  say(text: string): Promise<void> {
    return this.isOver ? Promise.resolve() : this.line.mic.say(text);
  }

  /** A cough, a dog, a passing lorry. */
  noise(ms: number): Promise<void> {
    return this.isOver ? Promise.resolve() : this.line.mic.makeNoise(ms);
  }

  /** Says nothing for a while; what is said next comes after it. */
  silence(ms: number): Promise<void> {
    return this.isOver ? Promise.resolve() : this.line.mic.keepSilent(ms);
  }

  /** Breaks off what is being said. */
  hush(): void {
    this.line.mic.stop();
  }

  press(digits: string): void {
    if (this.isOver) return;
    this.record({ type: 'pressed', digits });
    this.line.press(digits);
  }

  hangUp(): void {
    const unanswered = this.answeredAt === undefined;
    this.finish(unanswered ? 'canceled' : 'completed', { by: 'phone' });
  }

  /**
   * Waits until something was heard, or is so. A pattern is looked for in all that was heard so far, or in what was heard
   * from `fromWord` (an index into `heard`) on; resolves with the match. Rejects at the deadline, or when the call ends first.
   */
  waitFor(what: RegExp | ((call: Call) => boolean), deadlineMs: number, fromWord = 0): Promise<string> {
    const check = (): string | undefined => {
      if (typeof what === 'function') return what(this) ? this.heardText : undefined;
      return wordsAsText(this.heard.slice(fromWord)).match(what)?.[0];
    };
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        unsubscribe();
      };
      const look = (): void => {
        const found = check();
        if (found !== undefined) {
          settle();
          resolve(found);
        } else if (this.isOver) fail('the call ended first');
      };
      const fail = (why: string): void => {
        settle();
        reject(new Error(`waited for ${String(what)}: ${why}; heard: “${this.heardText}”`));
      };
      const unsubscribe = this.events.on(look);
      const timer = setTimeout(() => fail(`${deadlineMs} ms passed`), deadlineMs);
      look();
    });
  }

  /** The parameters of this call's webhooks, as of now. */
  params(): Params {
    return { ...callParams(this.facts()), ...this.setup.params };
  }

  facts(): CallFacts {
    const { sid, from, to, status, direction, parentSid } = this;
    return { accountSid: this.environment.accountSid, sid, from, to, status, direction, parentSid };
  }

  setStatus(status: CallStatus): void {
    this.status = status;
    this.record({ type: 'status', status });
    this.setup.onStatus?.(this, status);
  }

  answer(): void {
    if (this.isOver || this.answeredAt !== undefined) return;
    this.answeredAt = new Date();
    this.line.open();
    this.record({ type: 'answered' });
    this.setStatus('in-progress');
  }

  /** Ends the call, once; later calls change nothing. */
  finish(status: FinalStatus, ending: CallEnding): void {
    if (this.isOver) return;
    this.end = { status, durationMs: this.line.nowMs, ...ending };
    this.line.close();
    this.over.abort();
    this.setStatus(status);
    this.record({ type: 'ended', ...this.end });
    this.ending.resolve(this.end);
    this.events.close();
  }

  record(happening: CallHappening): void {
    this.events.push({ ...happening, atMs: this.line.nowMs, epochMs: Date.now() });
  }

  recordWebhook(attempt: WebhookAttempt): void {
    this.log.webhooks.push(attempt);
    this.record({ type: 'webhook', ...attempt });
  }

  violation(code: number, message: string): void {
    this.log.violations.push({ code, message });
    this.record({ type: 'violation', code, message });
  }

  warn(message: string): void {
    this.log.warnings.push(message);
    this.record({ type: 'warning', message });
  }

  private onTick(nowMs: number): void {
    if (nowMs >= MAX_CALL_MS) this.finish('completed', { by: 'simulator' });
    else this.person?.onMoment(nowMs, this.line.ear.quietMs(nowMs));
  }

  private onWord(word: HeardWord): void {
    this.heard.push(word);
    this.record({ type: 'word', ...word });
    this.person?.onWord(word);
  }

  private onUtterance(utterance: HeardUtterance): void {
    this.utterances.push(utterance);
    this.record({ type: 'utterance', ...utterance });
  }

  private onSaying(text: string): void {
    this.line.ear.turnTaken(this.line.nowMs);
    this.record({ type: 'saying', text });
  }

  private onSaid(said: Said): void {
    this.said.push(said);
    this.record({ type: 'said', ...said });
  }

  private onGap(gap: MediaGap): void {
    this.log.gaps.push(gap);
    this.record({ type: 'gap', ...gap });
  }
}
