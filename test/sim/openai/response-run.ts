/**
 * One response on its way out: the events of `response.created` to `response.done`, in the service's order and at its
 * pace. The pacer drives it step by step; it can be ended at any step, by the caller, the client or a fault, and then
 * closes what is open first. Out-of-band responses write to no conversation.
 */
import type {
  ConversationItem,
  RealtimeConversationItemAssistantMessage,
  RealtimeConversationItemFunctionCall,
  RealtimeResponse,
  RealtimeResponseStatus,
} from 'openai/resources/realtime/realtime';
import type { BrainCall, BrainReply } from './brain/brain.ts';
import { freshId } from './chance.ts';
import type { Conversation, Entry, Spoken } from './conversation.ts';
import type { Pacer, Performance, Steps } from './pacer.ts';
import type { Emit } from './server-events.ts';
import type { AudioFormat } from './session-config.ts';
import { deltasOf } from './spoken-deltas.ts';
import { audioTokensOut, NO_TOKENS, type Tokens, textTokens, usageOf } from './usage.ts';

export interface ResponsePlan {
  /** What each output is written to; undefined out of band. */
  readonly conversation: Conversation | undefined;
  readonly modality: 'text' | 'audio';
  readonly format: AudioFormat;
  readonly voice: string;
  readonly maxOutputTokens: number | 'inf';
  readonly metadata: Record<string, string> | null;
  readonly input: Tokens;
  readonly readBefore: Tokens;
  readonly timing: Timing;
}

/** All in ms, but `pace` (how fast she talks; 1 is human) and `deltaSpeed` (how much faster than real time audio leaves). */
export interface Timing {
  readonly thinkMs: number;
  readonly deltaMs: number;
  readonly deltaSpeed: number;
  readonly pace: number;
}

/** How a fault of the service ends a response that would have gone well. */
export type Mishap =
  | { readonly kind: 'response_failed'; readonly type: string; readonly code: string }
  | { readonly kind: 'response_incomplete'; readonly reason: 'max_output_tokens' | 'content_filter' };

export type EndReason = 'client_cancelled' | 'turn_detected';

export interface ResponseEnd {
  readonly run: ResponseRun;
  readonly status: NonNullable<RealtimeResponse['status']>;
}

interface OpenItem {
  readonly entry: Entry;
  readonly index: number;
  /** Brings the item to its end as it stands. */
  close(status: 'completed' | 'incomplete'): void;
}

const ARGUMENT_DELTA_CHARACTERS = 16;
const ARGUMENT_DELTA_MS = 15;
const WORD_DELTA_MS = 20;

export class ResponseRun {
  readonly id = freshId('resp');
  readonly plan: ResponsePlan;
  private readonly output: Entry[] = [];
  private readonly emit: Emit;
  private readonly pacer: Pacer;
  private readonly onEnd: (end: ResponseEnd) => void;
  private open: OpenItem | undefined;
  private performance: Performance | undefined;
  private spentTokens = NO_TOKENS;
  private isOver = false;
  /** How long the audio is that has left so far, in ms. */
  spokenMs = 0;
  /** The last piece of audio sent, base64. */
  lastAudio = '';

  constructor(plan: ResponsePlan, emit: Emit, pacer: Pacer, onEnd: (end: ResponseEnd) => void) {
    this.plan = plan;
    this.emit = emit;
    this.pacer = pacer;
    this.onEnd = onEnd;
  }

  start(reply: BrainReply, mishap: Mishap | undefined): void {
    this.emit({ type: 'response.created', response: this.shown('in_progress') });
    this.performance = this.pacer.play(this.steps(reply, mishap));
  }

  /** Ends it where it stands: what is open is closed as incomplete. */
  cancel(reason: EndReason): void {
    this.end('cancelled', { type: 'cancelled', reason });
  }

  /** Falls silent without an event: the socket is gone. */
  drop(): void {
    if (this.performance !== undefined) this.pacer.stop(this.performance);
    this.performance = undefined;
  }

  /** The audio item last spoken, for faults that speak on after the end. */
  get lastSpokenItem(): { readonly itemId: string; readonly outputIndex: number } | undefined {
    const index = this.output.findLastIndex((entry) => entry.spoken !== undefined);
    const entry = this.output[index];
    return entry === undefined ? undefined : { itemId: entry.id, outputIndex: index };
  }

  private *steps(reply: BrainReply, mishap: Mishap | undefined): Steps {
    yield this.plan.timing.thinkMs;
    if (mishap?.kind === 'response_failed') {
      this.end('failed', { type: 'failed', error: { type: mishap.type, code: mishap.code } });
      return;
    }
    if (reply.say !== undefined && reply.say.trim() !== '') {
      yield* this.plan.modality === 'audio' ? this.speak(reply.say, mishap) : this.write(reply.say, mishap);
      if (this.isOver) return;
    }
    for (const call of reply.calls ?? []) yield* this.call(call);
    if (mishap?.kind === 'response_incomplete') this.incomplete(mishap.reason);
    else this.end('completed', undefined);
  }

  private *speak(say: string, mishap: Mishap | undefined): Steps {
    const { timing, format } = this.plan;
    const words: { word: string; toMs: number }[] = [];
    const spoken: Spoken = { words, ms: 0 };
    const at = this.openMessage('audio', spoken);
    for (const delta of deltasOf(say, format, timing)) {
      for (const text of delta.transcript) {
        this.emit({ type: 'response.output_audio_transcript.delta', ...at, delta: text });
        this.spend({ text: textTokens(text), audio: 0 });
      }
      this.emit({ type: 'response.output_audio.delta', ...at, delta: delta.audio });
      this.spend({ text: 0, audio: audioTokensOut(delta.ms) });
      words.push(...delta.words);
      spoken.ms += delta.ms;
      this.spokenMs += delta.ms;
      this.lastAudio = delta.audio;
      yield delta.ms / timing.deltaSpeed;
      const shortfall = this.shortfall(mishap);
      if (shortfall !== undefined) {
        this.incomplete(shortfall);
        return;
      }
    }
    this.closeItem('completed');
  }

  private *write(say: string, mishap: Mishap | undefined): Steps {
    const written = { text: '' };
    const at = this.openMessage('text', written);
    for (const word of say.split(/(?<=\s)/)) {
      this.emit({ type: 'response.output_text.delta', ...at, delta: word });
      this.spend({ text: textTokens(word), audio: 0 });
      written.text += word;
      yield WORD_DELTA_MS / this.plan.timing.pace;
      const shortfall = this.shortfall(mishap);
      if (shortfall !== undefined) {
        this.incomplete(shortfall);
        return;
      }
    }
    this.closeItem('completed');
  }

  private *call(call: BrainCall): Steps {
    const id = freshId('item');
    const callId = freshId('call');
    const item: RealtimeConversationItemFunctionCall = {
      id,
      object: 'realtime.item',
      type: 'function_call',
      status: 'in_progress',
      name: call.name,
      call_id: callId,
      arguments: '',
    };
    const at = { response_id: this.id, item_id: id, output_index: this.output.length, call_id: callId };
    let sent = '';
    this.openItem({ id, item }, (status) => {
      this.emit({ type: 'response.function_call_arguments.done', ...at, name: call.name, arguments: sent });
      return { ...item, status, arguments: sent };
    });
    for (let from = 0; from < call.arguments.length; from += ARGUMENT_DELTA_CHARACTERS) {
      const delta = call.arguments.slice(from, from + ARGUMENT_DELTA_CHARACTERS);
      this.emit({ type: 'response.function_call_arguments.delta', ...at, delta });
      this.spend({ text: textTokens(delta), audio: 0 });
      sent += delta;
      yield ARGUMENT_DELTA_MS / this.plan.timing.pace;
    }
    this.closeItem('completed');
  }

  private openMessage(modality: 'audio' | 'text', made: Spoken | { readonly text: string }) {
    const id = freshId('item');
    const item: RealtimeConversationItemAssistantMessage = {
      id,
      object: 'realtime.item',
      type: 'message',
      role: 'assistant',
      status: 'in_progress',
      content: [],
    };
    const at = { response_id: this.id, item_id: id, output_index: this.output.length, content_index: 0 };
    const entry: Entry = 'words' in made ? { id, item, spoken: made } : { id, item };
    this.openItem(entry, (status) => {
      const text = 'words' in made ? made.words.map((word) => word.word).join(' ') : made.text;
      if (modality === 'audio') {
        this.emit({ type: 'response.output_audio.done', ...at });
        this.emit({ type: 'response.output_audio_transcript.done', ...at, transcript: text });
      } else this.emit({ type: 'response.output_text.done', ...at, text });
      this.emit({ type: 'response.content_part.done', ...at, part: partOf(modality, text) });
      return { ...item, status, content: [contentOf(modality, text, entry.cutAtMs !== undefined)] };
    });
    this.emit({ type: 'response.content_part.added', ...at, part: partOf(modality, '') });
    return at;
  }

  private openItem(entry: Entry, finish: (status: 'completed' | 'incomplete') => ConversationItem): void {
    const index = this.output.length;
    this.output.push(entry);
    this.emit({ type: 'response.output_item.added', response_id: this.id, output_index: index, item: entry.item });
    const { conversation } = this.plan;
    if (conversation !== undefined) {
      const previous = conversation.add(entry);
      this.emit({ type: 'conversation.item.added', previous_item_id: previous, item: entry.item });
    }
    const close = (status: 'completed' | 'incomplete'): void => {
      entry.item = finish(status);
      this.emit({ type: 'response.output_item.done', response_id: this.id, output_index: index, item: entry.item });
      if (conversation?.get(entry.id) === undefined) return;
      const previous = conversation.previousOf(entry.id);
      this.emit({ type: 'conversation.item.done', previous_item_id: previous, item: entry.item });
    };
    this.open = { entry, index, close };
  }

  private closeItem(status: 'completed' | 'incomplete'): void {
    const open = this.open;
    this.open = undefined;
    open?.close(status);
  }

  private incomplete(reason: 'max_output_tokens' | 'content_filter'): void {
    this.end('incomplete', { type: 'incomplete', reason });
  }

  private end(status: NonNullable<RealtimeResponse['status']>, details: RealtimeResponseStatus | undefined): void {
    this.isOver = true;
    this.drop();
    this.closeItem(status === 'completed' ? 'completed' : 'incomplete');
    const usage = usageOf(this.plan.input, this.plan.readBefore, this.spentTokens);
    const response = { ...this.shown(status), status_details: details, usage };
    this.emit({ type: 'response.done', response });
    this.onEnd({ run: this, status });
  }

  private spend(tokens: Tokens): void {
    this.spentTokens = { text: this.spentTokens.text + tokens.text, audio: this.spentTokens.audio + tokens.audio };
  }

  /** Why nothing more can come after what was sent, if so. */
  private shortfall(mishap: Mishap | undefined): 'max_output_tokens' | 'content_filter' | undefined {
    if (mishap?.kind === 'response_incomplete') return mishap.reason;
    const { maxOutputTokens } = this.plan;
    const spent = this.spentTokens.text + this.spentTokens.audio;
    return maxOutputTokens !== 'inf' && spent >= maxOutputTokens ? 'max_output_tokens' : undefined;
  }

  private shown(status: NonNullable<RealtimeResponse['status']>): RealtimeResponse {
    const { conversation, modality, format, voice, maxOutputTokens, metadata } = this.plan;
    return {
      object: 'realtime.response',
      id: this.id,
      status,
      status_details: undefined,
      output: this.output.map((entry) => entry.item),
      ...(conversation === undefined ? BESIDE : { conversation_id: conversation.id }),
      output_modalities: [modality],
      max_output_tokens: maxOutputTokens,
      audio: { output: { format, voice } },
      metadata,
    };
  }
}

/** The documentation: "if `none`, the value of `conversation_id` will be null"; the SDK's type knows no null. */
const BESIDE: { readonly conversation_id?: string } = JSON.parse('{"conversation_id":null}');

function partOf(modality: 'audio' | 'text', text: string) {
  return modality === 'audio' ? { type: 'audio' as const, transcript: text } : { type: 'text' as const, text };
}

function contentOf(
  modality: 'audio' | 'text',
  text: string,
  isCut: boolean,
): RealtimeConversationItemAssistantMessage.Content {
  if (modality === 'text') return { type: 'output_text', text };
  return isCut ? { type: 'output_audio' } : { type: 'output_audio', transcript: text };
}
