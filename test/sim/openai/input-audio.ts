/**
 * The input audio buffer: takes what a client appends, decides by the audio clock when a caller speaks, and reads the
 * words. It holds no audio beyond the listener's packet under way. One a session; its owner sends the events.
 */
import { type Heard, Listener, SAMPLES_PER_MS } from '../speech.ts';
import { type AudioReader, audioReader } from './audio.ts';
import { freshId } from './chance.ts';
import type { InputSettings, TurnDetection } from './session-config.ts';
import { VoiceActivity } from './voice-activity.ts';

/** A caller's turn: the item it becomes, its length and the words in it, none where it could not be understood. */
export interface Utterance {
  readonly itemId: string;
  readonly text: string;
  readonly damaged: boolean;
  readonly ms: number;
}

export type InputEvent =
  | { readonly kind: 'speech_started'; readonly itemId: string; readonly audioStartMs: number }
  | { readonly kind: 'speech_stopped'; readonly itemId: string; readonly audioEndMs: number }
  | { readonly kind: 'turn'; readonly utterance: Utterance };

/** The longest a semantic detector waits for somebody who sounds unfinished, by eagerness. */
const PATIENCE_MS = { low: 8_000, medium: 4_000, auto: 4_000, high: 2_000 };
/** How long it waits after a sentence that sounds finished. */
const SENTENCE_END_MS = { low: 900, medium: 500, auto: 500, high: 300 };
const UNFINISHED = /(?:[,…]|\b(?:um|uh|er|and|or|but|so|because|with|for|at|on|the|a))\s*$/i;

export class InputAudio {
  private readonly listener = new Listener();
  private readonly voice = new VoiceActivity();
  private settings: InputSettings;
  private reader: AudioReader;
  private heard: Heard[] = [];
  /** Where the buffer begins: after the last commit or clear. */
  private beginSample = 0;
  private turn: { readonly itemId: string; readonly fromSample: number } | undefined;

  constructor(settings: InputSettings) {
    this.settings = settings;
    this.reader = audioReader(settings.format);
  }

  /** What the caller has appended since the session began, in ms. */
  get clockMs(): number {
    return Math.floor(this.voice.clockSamples / SAMPLES_PER_MS);
  }

  get bufferedMs(): number {
    return (this.voice.clockSamples - this.beginSample) / SAMPLES_PER_MS;
  }

  configure(settings: InputSettings): void {
    if (settings.format.type !== this.settings.format.type) this.reader = audioReader(settings.format);
    if (settings.turn_detection === null) this.forgetVoice();
    this.settings = settings;
  }

  append(bytes: Buffer): InputEvent[] {
    const samples = this.reader.read(bytes);
    const detection = this.settings.turn_detection;
    for (const heard of this.listener.push(samples)) this.heard.push(heard);
    const silence = detection === null ? undefined : () => this.silenceMs(detection) * SAMPLES_PER_MS;
    return this.voice.hear(samples, silence).flatMap((event) => {
      if (event.kind === 'started') return [this.started(event.atSample)];
      return this.stopped(event.atSample);
    });
  }

  /** The buffer as a turn, by the client's own decision. */
  commit(): Utterance {
    const itemId = this.turn?.itemId ?? freshId('item');
    this.forgetVoice();
    return this.take(itemId, this.beginSample, this.voice.clockSamples);
  }

  clear(): void {
    this.forgetVoice();
    this.listener.cut();
    this.heard = [];
    this.beginSample = this.voice.clockSamples;
  }

  private started(atSample: number): InputEvent {
    const detection = this.settings.turn_detection;
    const paddingMs = detection?.type === 'server_vad' ? detection.prefix_padding_ms : 300;
    const fromSample = Math.max(this.beginSample, atSample - paddingMs * SAMPLES_PER_MS);
    this.turn = { itemId: freshId('item'), fromSample };
    const audioStartMs = Math.floor(fromSample / SAMPLES_PER_MS);
    return { kind: 'speech_started', itemId: this.turn.itemId, audioStartMs };
  }

  private stopped(atSample: number): InputEvent[] {
    const { itemId, fromSample } = this.turn ?? { itemId: freshId('item'), fromSample: this.beginSample };
    this.turn = undefined;
    return [
      { kind: 'speech_stopped', itemId, audioEndMs: Math.floor(atSample / SAMPLES_PER_MS) },
      { kind: 'turn', utterance: this.take(itemId, fromSample, atSample) },
    ];
  }

  private take(itemId: string, fromSample: number, toSample: number): Utterance {
    const inTurn = this.heard.filter((heard) => heard.fromSample >= this.beginSample && heard.fromSample < toSample);
    this.heard = this.heard.filter((heard) => heard.fromSample >= toSample);
    this.beginSample = toSample;
    const text = inTurn.flatMap((heard) => (heard.damaged ? [] : [heard.text])).join(' ');
    return { itemId, text, damaged: text === '', ms: (toSample - fromSample) / SAMPLES_PER_MS };
  }

  private forgetVoice(): void {
    this.turn = undefined;
    this.voice.reset();
  }

  private silenceMs(detection: TurnDetection): number {
    if (detection.type === 'server_vad') return detection.silence_duration_ms;
    const last = this.heard.at(-1);
    const finished = last !== undefined && !last.damaged && !UNFINISHED.test(last.text);
    return (finished ? SENTENCE_END_MS : PATIENCE_MS)[detection.eagerness];
  }
}
