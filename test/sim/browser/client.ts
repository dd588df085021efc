/**
 * A caller's browser: speaks words as 24 kHz PCM or µ-law, reads the words out of what it is sent, and keeps every
 * message. Plays in no time unless told to take it; with `tells` it says what it has played.
 */
import { WebSocket } from 'ws';
import { audioReader, writeAudio } from '../openai/audio.ts';
import { Listener, silence, speakSentence } from '../speech.ts';

export interface BrowserOptions {
  readonly format?: 'pcm' | 'pcmu';
  /** Tell of everything as played as soon as it comes. */
  readonly tells?: boolean;
  readonly pace?: number;
}

export interface Message {
  readonly type: string;
  readonly [key: string]: unknown;
}

const FRAME_MS = 20;
const SAMPLES_PER_MS = 8;
/** What a server needs to notice that somebody stopped. */
const PAUSE_MS = 700;

export class BrowserClient {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  private readonly options: BrowserOptions;
  private readonly format: { readonly type: 'audio/pcm'; readonly rate: 24000 } | { readonly type: 'audio/pcmu' };
  private readonly reader;
  private readonly listener = new Listener();
  private readonly words: string[] = [];
  private seq = 0;

  constructor(url: string, options: BrowserOptions = {}) {
    this.options = options;
    this.format = options.format === 'pcmu' ? { type: 'audio/pcmu' } : { type: 'audio/pcm', rate: 24_000 };
    this.reader = audioReader(this.format);
    this.socket = new WebSocket(url);
    this.socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString('utf8'))));
    this.socket.on('error', () => undefined);
  }

  /** Resolves with the close code. */
  get closed(): Promise<number> {
    return new Promise((resolve) => this.socket.once('close', (code) => resolve(code)));
  }

  /** Words that came out of the audio. */
  get heard(): string {
    return this.words.join(' ');
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Says a sentence in real time of its pace, and is quiet for as long as a pause takes. */
  async say(text: string): Promise<void> {
    await this.sound(Buffer.concat([speakSentence(text, this.options.pace ?? 1), silence(PAUSE_MS)]));
  }

  async sound(samples: Buffer): Promise<void> {
    const step = FRAME_MS * SAMPLES_PER_MS;
    const beganAt = performance.now();
    for (let at = 0; at < samples.length; at += step) {
      const data = writeAudio(this.format, samples.subarray(at, at + step)).toString('base64');
      this.send({ type: 'audio', data, seq: ++this.seq });
      const dueAt = beganAt + (at / step + 1) * FRAME_MS;
      if (dueAt > performance.now()) await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()));
    }
  }

  /** Says sentences all at once, each ended by hand with nothing behind it. */
  sayAtOnce(...sentences: readonly string[]): void {
    for (const text of sentences) {
      const data = writeAudio(this.format, speakSentence(text, this.options.pace ?? 1)).toString('base64');
      this.send({ type: 'audio', data, seq: ++this.seq });
      this.send({ type: 'commit' });
    }
  }

  /** Waits until it is so; rejects at the deadline with what was heard. */
  async until(what: () => boolean, limitMs = 20_000): Promise<void> {
    const deadline = performance.now() + limitMs;
    while (!what()) {
      if (performance.now() > deadline) {
        throw new Error(`waited ${limitMs} ms for ${what.toString()}; heard: “${this.heard}”`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async hears(words: RegExp, limitMs?: number): Promise<void> {
    await this.until(() => words.test(this.heard), limitMs);
  }

  private take(message: Message): void {
    this.messages.push(message);
    if (message.type === 'clear') this.listener.cut();
    if (message.type !== 'audio') return;
    const bytes = Buffer.from(String(message['data']), 'base64');
    for (const { text } of this.listener.push(this.reader.read(bytes))) if (text !== '') this.words.push(text);
    const ms = bytes.length / (this.format.type === 'audio/pcm' ? 48 : 8);
    if (this.options.tells) {
      this.send({ type: 'played', item_id: message['item_id'], ms: Number(message['offset_ms']) + ms });
    }
  }
}
