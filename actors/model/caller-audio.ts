/**
 * What the caller said and no session has made words of yet, so that a session that is lost takes nothing with it: the
 * next one hears it again from its beginning. While the caller is silent and a session listens, only a moment is kept
 * (a voice is noticed a little after it set in). One a call; frames as they came.
 */
import { type AudioFormat, BYTES_PER_MS } from '../../src/domain/audio-format.ts';
import { FrameLog } from '../kernel/frame-log.ts';
import type { AudioPayload } from '../phone/messages.ts';

export const CALLER_AUDIO_LIMITS = {
  /** 15 s of 20 ms frames; older ones are dropped. */
  frames: 750,
  /** Three minutes: what a browser that was away sends again at once. */
  framesAgain: 9_000,
  /** 300 ms of them. */
  preRollFrames: 15,
  utterances: 8,
} as const;

/** A turn whose words are not known, with the number of its first frame. */
interface Utterance {
  readonly itemId: string;
  readonly from: number;
}

export class CallerAudio {
  private readonly bytesPerMs: number;
  private readonly frames = new FrameLog();
  private utterances: Utterance[] = [];
  /** The first frame that no session has heard; null while one listens. */
  private unheardFrom: number | null = 0;
  /** A session had stopped listening before anybody noticed, and what it missed was not kept. */
  private deaf = false;
  /** Up to here in the present session's audio it hears what another one had heard before, ms. */
  private repeatedMs = 0;
  private repeated = new Set<string>();
  /** A browser sends again, all at once, what was said before: the session that is to hear it may not be there yet. */
  private isAgain = false;

  constructor(format: AudioFormat = 'audio/pcmu') {
    this.bytesPerMs = BYTES_PER_MS[format];
  }

  /** Something was said that no session can hear whole any more. */
  get missed(): boolean {
    return this.deaf || this.utterances.some(({ itemId, from }) => itemId !== REPEATED && from < this.frames.first);
  }

  /** One frame; answers whether a session listens and is to have it now. */
  take(payload: AudioPayload): boolean {
    const { frames } = this;
    frames.push(payload);
    const wanted = this.unheardFrom !== null || this.utterances.length > 0;
    const { preRollFrames, framesAgain, frames: most } = CALLER_AUDIO_LIMITS;
    const kept = this.isAgain ? framesAgain : wanted ? most : preRollFrames;
    if (frames.end - frames.first > kept) {
      frames.dropBefore(frames.first + 1);
      if (wanted) this.giveUpOld();
    }
    return this.unheardFrom === null;
  }

  /** What was said before comes again from here on, until a session has heard it. */
  comesAgain(): void {
    this.isAgain = true;
  }

  /** The session says that a voice set in, at `atMs` of all the audio it was given. */
  voiceBegan(itemId: string, atMs: number | undefined): void {
    const from = Math.max(this.frames.first, this.end - CALLER_AUDIO_LIMITS.preRollFrames);
    this.utterances = [...this.utterances, { itemId, from }].slice(-CALLER_AUDIO_LIMITS.utterances);
    if (atMs !== undefined && atMs < this.repeatedMs) this.repeated.add(itemId);
  }

  /** Whether another session had heard this turn, or its beginning, before. */
  isRepeated(itemId: string): boolean {
    return this.repeated.has(itemId);
  }

  /** The words of a turn are known, or it is not wanted: it need not be heard again. */
  settle(itemId: string): void {
    this.utterances = this.utterances.filter((each) => each.itemId !== itemId && each.itemId !== REPEATED);
    this.repeated.delete(itemId);
    if (this.unheardFrom === null) this.frames.dropBefore(this.firstWanted(this.end));
  }

  /** No session listens from here on; one that fell silent may have been deaf for a while. */
  hold(wasDeaf: boolean): void {
    this.deaf ||= wasDeaf && this.utterances.length === 0;
    this.unheardFrom ??= this.end;
  }

  /** A session listens from here on: what it is to hear first, oldest first. */
  release(): readonly AudioPayload[] {
    const unheard = this.unheardFrom ?? this.end;
    const from = Math.max(this.frames.first, this.firstWanted(unheard));
    const frames = this.frames.from(from);
    this.repeatedMs =
      this.utterances.length === 0 ? 0 : bytesOf(frames.slice(0, Math.max(0, unheard - from))) / this.bytesPerMs;
    // Still to be kept, until the new session has made words of it; under a name of its own, since items are the session's.
    this.utterances = this.utterances.length === 0 ? [] : [{ itemId: REPEATED, from }];
    this.repeated.clear();
    this.unheardFrom = null;
    this.deaf = false;
    this.isAgain = false;
    this.frames.dropBefore(this.firstWanted(this.end));
    return frames;
  }

  /** The call is over: nothing is kept any more, and nothing may be told. */
  close(): void {
    this.frames.close();
  }

  private get end(): number {
    return this.frames.end;
  }

  /** The first frame that would have to be heard again; a moment before `otherwise`, where no turn is open. */
  private firstWanted(otherwise: number): number {
    const firsts = this.utterances.map(({ from }) => from);
    return Math.min(otherwise - CALLER_AUDIO_LIMITS.preRollFrames, ...firsts);
  }

  /** Words that have not come in twice the time that is kept will not come. */
  private giveUpOld(): void {
    const oldest = this.frames.first - CALLER_AUDIO_LIMITS.frames;
    if (this.utterances.some(({ from }) => from < oldest)) {
      this.utterances = this.utterances.filter(({ from }) => from >= oldest);
    }
  }
}

const REPEATED = 'repeated';

/** How much goes to a session at once of what it did not hear when it was said. */
const PIECE_MS = 1_000;

/** The same audio in few long pieces, since each is a message: many calls go on in the same moment when a node is lost. */
export function inLongPieces(frames: readonly AudioPayload[], format: AudioFormat): readonly AudioPayload[] {
  const bytes = Buffer.concat(frames.map((frame) => Buffer.from(frame, 'base64')));
  const size = PIECE_MS * BYTES_PER_MS[format];
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, n) => bytes.toString('base64', n * size, (n + 1) * size));
}

function bytesOf(frames: readonly AudioPayload[]): number {
  return frames.reduce((sum, { length }) => sum + Math.floor((length * 3) / 4), 0);
}
