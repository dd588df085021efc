/**
 * A model service on the simulated clock, both ends of whose wire take their time: it answers, asks for tools (wrong
 * ones too), ends the call with and without a goodbye, fails, and falls silent, as chance has it. It hears the caller
 * (`ScriptedCaller` speaks into it) and remembers every wrong that a client did to it as a fault.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { ModelCommand, ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { aResponse, type Utterance } from './scripted-responses.ts';
import { speechOf } from './scripted-speech.ts';
import type { Random } from './seed.ts';

const BYTES_PER_MS = 8;
const TOO_MUCH = 'Too much at once';

interface ActiveResponse {
  readonly id: string;
  /** Begun by the service itself: a client may stumble over it without fault. */
  readonly unasked: boolean;
  alarm: () => void;
}

export class ScriptedModel implements ModelLine {
  readonly faults: string[] = [];
  readonly nth: number;
  /** Turns of the caller that the client was told of, with their words: null where none were told, or none could be. */
  readonly turns = new Map<string, string | null>();
  /** Those among them that the client had us forget. */
  readonly forgotten = new Set<string>();
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly report: (report: ModelReport) => void;
  private active: ActiveResponse | undefined;
  private readonly madeMs = new Map<string, number>();
  private readonly toolsAsked: string[] = [];
  /** Calls of an earlier session that this one was told of. */
  private readonly toolsTold: string[] = [];
  private readonly toolsAnswered: string[] = [];
  private readonly toolsRefused: string[] = [];
  /** A response begun unasked has ended: a client whose own request was on the wire takes that for its end. */
  private mistakable = false;
  private closed = false;
  private made = 0;
  private readonly lastArrival = { up: 0, down: 0 };

  /** `nth` of the call's sessions, from 1: ids are of one session. */
  constructor(clock: Clock, random: Random, report: (report: ModelReport) => void, nth: number) {
    this.nth = nth;
    this.clock = clock;
    this.random = random;
    this.report = report;
    this.tell({ type: 'connected' }, 20 + random() * 200);
    const neverReady = random() < 0.01;
    if (!neverReady) this.tell({ type: 'session_ready' }, random() * 400);
    if (random() < 0.3)
      this.later(random() ** 2 * 40_000, () => this.tell({ type: 'lost', kind: 'closed', code: 'x' }));
    if (random() < 0.2) this.later(random() * 30_000, () => this.respond(null, true));
  }

  send(command: ModelCommand): void {
    if (this.closed) this.faults.push(`${command.type} after close`);
    // What is on its way when the session closes was meant all the same.
    if (command.type === 'delete_item') this.forgotten.add(command.itemId);
    this.deliver('up', 5 + this.random() * 60, () => {
      if (!this.closed) this.take(command);
    });
  }

  audio(): void {}

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.active?.alarm();
    this.active = undefined;
    const obeyed = this.toolsAsked.filter((id) => !this.toolsRefused.includes(id));
    const inOrder = this.toolsAnswered.every((id, index) => id === obeyed[index]);
    if (!inOrder) this.faults.push(`tools asked ${obeyed.join()} answered ${this.toolsAnswered.join()}`);
  }

  /** What the client is told, after what it was told before. */
  tell(report: ModelReport, delayMs = 5 + this.random() * 40): void {
    this.deliver('down', delayMs, () => {
      if (this.closed) return;
      if (report.type === 'caller_turn_committed') this.turns.set(report.itemId, null);
      if (report.type === 'caller_words') this.turns.set(report.itemId, report.text);
      if (report.type === 'tool_requested') this.toolsAsked.push(report.callId);
      this.report(report);
    });
  }

  later(ms: number, run: () => void): () => void {
    return this.clock.wakeAt(this.clock.now() + ms, () => {
      if (!this.closed) run();
    });
  }

  private take(command: ModelCommand): void {
    switch (command.type) {
      case 'create_response':
        return this.respond(command.sentence, false);
      case 'cancel_response':
        return this.cancel();
      case 'truncate':
        return this.truncate(command.itemId, command.heardMs);
      case 'tool_output':
        if (this.toolsTold.includes(command.callId)) return;
        if (!this.toolsAsked.includes(command.callId)) this.faults.push(`${command.callId} answered, not asked`);
        // What is too much at once is refused at once, before what was asked for earlier is answered.
        (command.output.includes(TOO_MUCH) ? this.toolsRefused : this.toolsAnswered).push(command.callId);
        return;
      case 'delete_item':
        if (!this.turns.has(command.itemId)) this.faults.push(`${command.itemId} is no item to forget`);
        return;
      case 'tool_call':
        this.toolsTold.push(command.callId);
        return;
      case 'assistant_text':
      case 'caller_text':
      case 'commit_audio':
      case 'note':
        return;
    }
  }

  private respond(sentence: string | null, unasked: boolean): void {
    if (this.active) {
      if (unasked) return;
      if (!this.active.unasked && !this.mistakable) this.faults.push('a response asked for while one is active');
      this.mistakable = false;
      this.tell({ type: 'refused', code: 'conversation_already_has_active_response' });
      return;
    }
    const id = `resp_${this.nth}_${++this.made}`;
    const { script, status } = aResponse(sentence, this.random, () => this.nth * 1_000 + ++this.made);
    this.active = { id, unasked, alarm: () => {} };
    if (status === 'silent') return;
    this.goOn(100 + this.random() * 500, () => {
      this.tell({ type: 'response_started', responseId: id });
      this.utter(script, () => this.end(status));
    });
  }

  /** Says one utterance after the other: words ahead of audio, audio faster than it plays. */
  private utter(script: readonly Utterance[], done: () => void): void {
    const [next, ...rest] = script;
    if (!next) return done();
    if ('tool' in next) {
      this.tell({ type: 'tool_requested', callId: `call_${this.nth}_${++this.made}`, ...next.tool });
      return this.goOn(this.random() * 40, () => this.utter(rest, done));
    }
    const itemId = `item_${this.nth}_${++this.made}`;
    this.madeMs.set(itemId, 0);
    for (const word of next.text.match(/\S+\s*/g) ?? []) this.tell({ type: 'words_delta', itemId, text: word });
    this.sound(itemId, speechOf(next.text), () => {
      if (this.random() > 0.02) this.tell({ type: 'audio_complete', itemId });
      this.tell({ type: 'words', itemId, text: next.text });
      this.utter(rest, done);
    });
  }

  private sound(itemId: string, left: Buffer, done: () => void): void {
    if (left.length === 0) return done();
    const piece = left.subarray(0, 200 + Math.floor(this.random() * 6_000));
    const ms = piece.length / BYTES_PER_MS;
    this.madeMs.set(itemId, (this.madeMs.get(itemId) ?? 0) + ms);
    this.tell({ type: 'audio', itemId, ms, payload: piece.toString('base64') });
    this.goOn(ms * (0.1 + this.random() * 0.6), () => this.sound(itemId, left.subarray(piece.length), done));
  }

  private goOn(ms: number, run: () => void): void {
    if (this.active) this.active.alarm = this.later(ms, run);
  }

  private end(status: 'completed' | 'cancelled' | 'failed'): void {
    const { id = '', unasked = false } = this.active ?? {};
    this.mistakable ||= unasked;
    this.active = undefined;
    this.tell({ type: 'response_ended', responseId: id, status, usage: null });
  }

  private cancel(): void {
    if (!this.active) return this.tell({ type: 'refused', code: 'response_cancel_not_active' });
    this.active.alarm();
    this.end('cancelled');
  }

  private truncate(itemId: string, heardMs: number): void {
    const madeMs = this.madeMs.get(itemId);
    if (madeMs === undefined || heardMs > madeMs) this.faults.push(`${itemId} of ${madeMs} ms truncated at ${heardMs}`);
  }

  /** Carries one message over the wire, never before the one that left earlier. */
  private deliver(way: 'up' | 'down', delayMs: number, arrive: () => void): void {
    this.lastArrival[way] = Math.max(this.lastArrival[way], this.clock.now() + delayMs);
    this.clock.wakeAt(this.lastArrival[way], arrive);
  }
}
