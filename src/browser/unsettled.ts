/**
 * Which of a browser's numbered messages of audio it may forget: all before the first speech that nobody has put in
 * words yet. Until then a call that another node takes up has to hear them again, and only the browser has them.
 *
 * What is loud may be speech until the service has had the time to say so; from its beginning to its words it is held.
 * Without a boundary that is known, more is held rather than less.
 */
import type { CallMessage } from '../../actors/call/messages.ts';

/** How much later than a voice sets in the service says so, ms of audio and of time; a noise is held no longer. */
const NOTICE_MS = 1_500;
/** A turn that the service ended by itself has that much silence at its end at least: what is loud there is another one's. */
const PAUSE_MS = 300;
/** Turns without words that are told apart; the oldest are taken for settled. */
const TURNS = 16;
/** Messages without an `ack` at most; the oldest have theirs then. */
const WAITING = 20_000;

interface Speech {
  /** The number of its first message. */
  readonly from: number;
  /** The service heard a voice in it. */
  readonly isVoice: boolean;
  /** Its last loud message, and where that ended, ms of all audio. */
  readonly lastLoud: number;
  readonly loudUntilMs: number;
}

export class Unsettled {
  /** Taken and not acknowledged, oldest first. */
  private waiting: { readonly seq: number; readonly endMs: number; readonly at: number }[] = [];
  private readonly now: () => number;
  /** Since when a session hears what is said, by `now`. */
  private heardSince = Number.POSITIVE_INFINITY;
  private newest = -1;
  private endMs = 0;
  /** What may be a turn once it ends. */
  private open: Speech | null = null;
  /** Ended by hand, and no turn yet: where each begins. */
  private ended: number[] = [];
  /** Turns without words: where each begins. */
  private readonly turns = new Map<string, number>();

  /** `now` in ms. */
  constructor(now: () => number) {
    this.now = now;
  }

  /** Messages count afresh: what came before is not sent again. */
  restart(): void {
    this.waiting = [];
    this.open = null;
    this.ended = [];
    this.turns.clear();
  }

  /** A message was taken, `ms` long. */
  take(seq: number, ms: number, isLoud: boolean): void {
    this.newest = seq;
    this.endMs += ms;
    this.waiting.push({ seq, endMs: this.endMs, at: this.now() });
    if (isLoud) {
      const { from, isVoice } = this.open ?? { from: seq, isVoice: false };
      this.open = { from, isVoice, lastLoud: seq, loudUntilMs: this.endMs };
    }
    if (this.open && !this.open.isVoice) this.open = this.stillDoubtful(this.open);
  }

  /** The caller ended their turn by hand. */
  commit(): void {
    if (this.open) this.ended.push(this.open.from);
    this.open = null;
  }

  /** What the service makes of the audio. */
  heard(message: CallMessage): void {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the others say nothing of what is settled
    switch (message.type) {
      case 'caller_speech_started':
        this.open = this.voiceFrom(this.open?.from ?? this.earliest());
        return;
      case 'caller_turn_committed':
        return this.turned(message.itemId);
      case 'commit_refused':
        this.ended.shift();
        return;
      case 'caller_words':
      case 'caller_words_failed':
        this.turns.delete(message.itemId);
        return;
      case 'model_ready':
        this.heardSince = this.now();
        return;
      case 'model_lost':
        this.heardSince = Number.POSITIVE_INFINITY;
        return this.heardAnew();
      default:
        return;
    }
  }

  /** The messages that need not be sent again from now on, each once. */
  settled(): readonly number[] {
    const from = this.firstHeld();
    const held = this.waiting.findIndex(({ seq }) => seq >= from);
    const count = Math.max(held < 0 ? this.waiting.length : held, this.waiting.length - WAITING);
    return count === 0 ? [] : this.waiting.splice(0, count).map(({ seq }) => seq);
  }

  private voiceFrom(from: number): Speech {
    return { lastLoud: this.newest, loudUntilMs: this.endMs, ...this.open, from, isVoice: true };
  }

  private turned(itemId: string): void {
    const ended = this.ended.shift();
    this.turns.set(itemId, ended ?? this.open?.from ?? this.earliest());
    if (ended === undefined && this.open) this.open = this.behind(this.open);
    for (const oldest of this.turns.keys()) if (this.turns.size > TURNS) this.turns.delete(oldest);
  }

  /** Another session hears it all again, and makes turns of it under other names. */
  private heardAnew(): void {
    const from = this.firstHeld();
    this.turns.clear();
    this.ended = [];
    if (from !== Number.POSITIVE_INFINITY) this.open = this.voiceFrom(from);
  }

  /** What is open behind a turn that the service ended: where it begins nobody knows. */
  private behind(turn: Speech): Speech | null {
    return turn.loudUntilMs > this.endMs - PAUSE_MS ? { ...turn, isVoice: false } : null;
  }

  /** A noise is over, or goes on: what came long enough ago was no voice. */
  private stillDoubtful(noise: Speech): Speech | null {
    const from = Math.max(noise.from, this.noticeable());
    return from > noise.lastLoud ? null : { ...noise, from };
  }

  /** Where a voice begins that nothing loud gave away. */
  private earliest(): number {
    return Math.min(this.firstHeld(), this.noticeable());
  }

  /** The first message in which a voice may have set in of which nobody knows yet. */
  private noticeable(): number {
    const before = this.now() - NOTICE_MS;
    const recent = this.waiting.find(
      ({ endMs, at }) => endMs > this.endMs - NOTICE_MS || Math.max(at, this.heardSince) > before,
    );
    return recent?.seq ?? this.newest + 1;
  }

  private firstHeld(): number {
    return Math.min(this.open?.from ?? Number.POSITIVE_INFINITY, ...this.ended, ...this.turns.values());
  }
}
