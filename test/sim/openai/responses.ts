/**
 * The responses of one session: at most one at a time writes to the conversation, others run beside it out of band.
 * Turns a request into a plan, asks the brain, and tells the session when a response has ended.
 */
import type { BrainContext, BrainItem, BrainReply } from './brain/brain.ts';
import type { Random } from './chance.ts';
import type { NewItem, ResponseParams } from './client-events.ts';
import { brainItemOf, type Conversation, type Entry, entryOf } from './conversation.ts';
import type { FaultOf } from './faults.ts';
import type { Steps } from './pacer.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type EndReason, type ResponseEnd, type ResponsePlan, ResponseRun } from './response-run.ts';
import type { Emit } from './server-events.ts';
import type { SessionConfig } from './session-config.ts';
import { inputTokens, NO_TOKENS, type Tokens } from './usage.ts';
import type { World } from './world.ts';

export interface ResponsesPorts {
  readonly world: World;
  readonly sessionId: string;
  readonly random: Random;
  readonly conversation: Conversation;
  readonly config: () => SessionConfig;
  readonly emit: Emit;
  readonly ageMs: () => number;
  readonly onEnd: (end: ResponseEnd) => void;
}

const MAX_OUT_OF_BAND = 16;
const LATE_DELTA_MS = 40;
const RATE_LIMIT_TOKENS = 400_000;

const RESPONSE_FAULTS = [
  'response_failed',
  'response_incomplete',
  'late_deltas',
  'unknown_events',
  'response_slow',
] as const;
type ResponseFault = FaultOf<(typeof RESPONSE_FAULTS)[number]>;

export class Responses {
  private readonly ports: ResponsesPorts;
  private active: ResponseRun | undefined;
  private readonly outOfBand = new Set<ResponseRun>();
  private readBefore: Tokens = NO_TOKENS;
  /** Responses ended so far, whatever their end. */
  done = 0;

  constructor(ports: ResponsesPorts) {
    this.ports = ports;
  }

  get activeId(): string | undefined {
    return this.active?.id;
  }

  create(params: ResponseParams): Refusal | undefined {
    const isOutOfBand = params.conversation === 'none';
    if (!isOutOfBand && this.active !== undefined) return alreadyActive(this.active.id);
    if (isOutOfBand && this.outOfBand.size >= MAX_OUT_OF_BAND) {
      return refuse('rate_limit_exceeded', `More than ${MAX_OUT_OF_BAND} out-of-band responses at once.`);
    }
    const entries = this.entriesFor(params);
    if (!Array.isArray(entries)) return entries;
    const { faults } = this.ports.world;
    const occasion = {
      nth: faults.count('response'),
      sessionAgeMs: this.ports.ageMs(),
      responsesDone: this.done,
    };
    const fault = faults.strike(RESPONSE_FAULTS, occasion);
    const plan = this.planOf(params, entries, fault?.kind === 'response_slow' ? fault.ms : 0);
    const run = new ResponseRun(plan, this.ports.emit, this.ports.world.pacer, (end) => this.ended(end, fault));
    if (isOutOfBand) this.outOfBand.add(run);
    else this.active = run;
    const reply = this.think(params, entries);
    const mishap = fault?.kind === 'response_failed' || fault?.kind === 'response_incomplete' ? fault : undefined;
    this.ports.world.log.add({
      kind: 'response_started',
      session: this.ports.sessionId,
      response_id: run.id,
      out_of_band: isOutOfBand,
      say: reply.say ?? '',
    });
    run.start(reply, mishap);
    this.ports.emit({ type: 'rate_limits.updated', rate_limits: rateLimits(plan.input) });
    if (fault?.kind === 'unknown_events') this.emitUnknown(run.id);
    return undefined;
  }

  cancel(responseId: string | undefined): Refusal | undefined {
    const run = this.find(responseId);
    if (run === undefined) return refuse('response_cancel_not_active', 'Cancellation failed: no active response found');
    run.cancel('client_cancelled');
    return undefined;
  }

  /** A caller started to talk: what is being said in the conversation ends. */
  interrupt(): void {
    const reason: EndReason = 'turn_detected';
    this.active?.cancel(reason);
  }

  drop(): void {
    this.active?.drop();
    for (const run of this.outOfBand) run.drop();
    this.outOfBand.clear();
    this.active = undefined;
  }

  private find(responseId: string | undefined): ResponseRun | undefined {
    if (responseId === undefined || responseId === this.active?.id) return this.active;
    return [...this.outOfBand].find((run) => run.id === responseId);
  }

  private entriesFor(params: ResponseParams): Entry[] | Refusal {
    const { conversation } = this.ports;
    if (params.input === undefined) return [...conversation.all];
    const entries: Entry[] = [];
    for (const input of params.input) {
      const entry = input.type === 'item_reference' ? conversation.get(input.id) : entryOf(input satisfies NewItem);
      if (entry === undefined) {
        return refuse('invalid_value', 'The referenced item does not exist in the conversation.', 'response.input');
      }
      entries.push(entry);
    }
    return entries;
  }

  private planOf(params: ResponseParams, entries: readonly Entry[], slowMs: number): ResponsePlan {
    const config = this.ports.config();
    const { timing } = this.ports.world;
    const output = { ...config.audio.output, ...params.audio?.output };
    const tools = params.tools ?? config.tools;
    return {
      conversation: params.conversation === 'none' ? undefined : this.ports.conversation,
      modality: (params.output_modalities ?? config.output_modalities)[0] ?? 'audio',
      format: output.format,
      voice: typeof output.voice === 'string' ? output.voice : output.voice.id,
      maxOutputTokens: params.max_output_tokens ?? config.max_output_tokens,
      metadata: params.metadata ?? null,
      input: inputTokens(params.instructions ?? config.instructions, tools, entries),
      readBefore: this.readBefore,
      timing: { ...timing, thinkMs: timing.thinkMs + slowMs, pace: timing.pace * output.speed },
    };
  }

  private think(params: ResponseParams, entries: readonly Entry[]): BrainReply {
    const config = this.ports.config();
    const toolChoice = params.tool_choice ?? config.tool_choice;
    const context: BrainContext = {
      sessionInstructions: config.instructions,
      responseInstructions: params.instructions,
      tools: params.tools ?? config.tools,
      toolChoice,
      items: entries.map(brainItemOf).filter((item): item is BrainItem => item !== undefined),
      nowMs: Date.now(),
      random: this.ports.random,
    };
    const reply = this.ports.world.brain().reply(context);
    return toolChoice === 'none' ? { say: reply.say } : reply;
  }

  private ended(end: ResponseEnd, fault: ResponseFault | undefined): void {
    this.done++;
    if (this.active === end.run) {
      this.active = undefined;
      this.readBefore = end.run.plan.input;
    }
    this.outOfBand.delete(end.run);
    this.ports.world.log.add({
      kind: 'response_done',
      session: this.ports.sessionId,
      response_id: end.run.id,
      status: end.status,
      spoken_ms: Math.round(end.run.spokenMs),
    });
    if (fault?.kind === 'late_deltas') this.ports.world.pacer.play(this.lateDeltas(end.run, fault.count));
    this.ports.onEnd(end);
  }

  /** Audio that nobody should play: it belongs to a response that is over. */
  private *lateDeltas(run: ResponseRun, count: number): Steps {
    const spoken = run.lastSpokenItem;
    if (spoken === undefined) return;
    for (let sent = 0; sent < count; sent++) {
      yield LATE_DELTA_MS;
      this.ports.emit({
        type: 'response.output_audio.delta',
        response_id: run.id,
        item_id: spoken.itemId,
        output_index: spoken.outputIndex,
        content_index: 0,
        delta: run.lastAudio,
      });
    }
  }

  private emitUnknown(responseId: string): void {
    this.ports.emit({ type: 'response.mood.updated', response_id: responseId, mood: 'sunny' });
  }
}

function alreadyActive(id: string): Refusal {
  const message = `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`;
  return refuse('conversation_already_has_active_response', message);
}

function rateLimits(input: Tokens) {
  const remaining = Math.max(0, RATE_LIMIT_TOKENS - input.text - input.audio);
  return [{ name: 'tokens' as const, limit: RATE_LIMIT_TOKENS, remaining, reset_seconds: 0.06 }];
}
