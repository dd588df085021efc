/**
 * A browser page as the far end of a caller's line: speaks the protocol of browser calls over whatever carries its
 * texts, plays what it is sent in real time, and tells how much of it was played. Without a connection it plays what it
 * has and keeps what is said; over the next one it sends all again that was not acknowledged.
 */
import { audioMs, audioReader, writeAudio } from '../openai/audio.ts';
import { FRAME_SAMPLES, SAMPLES_PER_MS, silence } from '../speech.ts';
import type { FarEnd } from '../twilio/line.ts';
import { Playout } from '../twilio/playout.ts';
import type { Message } from './client.ts';

/** A piece of audio that is still to be played, or part of it. */
interface Piece {
  readonly itemId: unknown;
  /** Where in its item it ends. */
  readonly endMs: number;
  leftSamples: number;
}

const PCM = { type: 'audio/pcm', rate: 24_000 } as const;
const SILENT_FRAME = silence(FRAME_SAMPLES / SAMPLES_PER_MS);

export class BrowserReceiver implements FarEnd {
  /** All that came, but for the audio. */
  readonly messages: Message[] = [];
  private readonly send: (text: string) => void;
  private readonly onCleared: () => void;
  private readonly reader = audioReader(PCM);
  private readonly playout = new Playout();
  private pieces: Piece[] = [];
  private seq = 0;
  private unacknowledged: Message[] = [];
  private lastPlayed: Message | undefined;
  private hasBegun = false;
  private isOpen = false;

  /** `onCleared`: what was being played was dropped. */
  constructor(send: (text: string) => void, onCleared: () => void) {
    this.send = send;
    this.onCleared = onCleared;
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }

  exchange(spoken: Buffer | undefined): Buffer | undefined {
    if (!this.hasBegun) return undefined;
    const data = writeAudio(PCM, spoken ?? SILENT_FRAME).toString('base64');
    const message = { type: 'audio', data, seq: ++this.seq };
    this.unacknowledged.push(message);
    this.tell(message);
    const { samples } = this.playout.next();
    if (samples) this.count(samples.length);
    return samples;
  }

  hangUp(): void {
    this.tell({ type: 'end_session' });
    this.isOpen = false;
  }

  /** The connection is gone. */
  lost(): void {
    this.isOpen = false;
  }

  take(text: string): void {
    const message: Message = JSON.parse(text);
    if (message.type === 'audio') return this.play(message);
    this.messages.push(message);
    if (message.type === 'session') this.begin();
    if (message.type === 'clear') this.drop();
    if (message.type === 'ack') {
      this.unacknowledged = this.unacknowledged.filter(({ seq }) => Number(seq) > Number(message['seq']));
    }
  }

  private begin(): void {
    this.hasBegun = true;
    this.isOpen = true;
    if (this.lastPlayed) this.tell(this.lastPlayed);
    for (const message of this.unacknowledged) this.tell(message);
  }

  private play(message: Message): void {
    const bytes = Buffer.from(String(message['data']), 'base64');
    const samples = Buffer.from(this.reader.read(bytes));
    this.playout.append(samples);
    const endMs = Number(message['offset_ms']) + audioMs(PCM, bytes.length);
    this.pieces.push({ itemId: message['item_id'], endMs, leftSamples: samples.length });
  }

  private drop(): void {
    this.pieces = [];
    if (this.playout.clear().droppedMs > 0) this.onCleared();
  }

  private count(samples: number): void {
    let left = samples;
    for (let piece = this.pieces[0]; piece !== undefined && left > 0; piece = this.pieces[0]) {
      const played = Math.min(left, piece.leftSamples);
      piece.leftSamples -= played;
      left -= played;
      if (piece.leftSamples > 0) return;
      this.pieces.shift();
      this.lastPlayed = { type: 'played', item_id: piece.itemId, ms: piece.endMs };
      this.tell(this.lastPlayed);
    }
  }

  private tell(message: Message): void {
    if (this.isOpen) this.send(JSON.stringify(message));
  }
}
