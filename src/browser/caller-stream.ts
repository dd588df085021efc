/**
 * What a caller says from their browser: each message of audio taken once, though it may be sent again, cut into frames,
 * and held against loss until it is settled; and the turns that they end by hand. A turn's end carries no number of its
 * own: it belongs behind the audio before it, and is found there again when that audio comes again, whether the browser
 * repeats it or not.
 */
import type { CallMessage } from '../../actors/call/messages.ts';
import { type AudioFormat, durationMsOf } from '../domain/audio-format.ts';
import { CallerSamples } from './caller-samples.ts';
import type { BrowserMemory } from './memory.ts';
import { MessageNumbers } from './message-numbers.ts';
import { type Commit, OwnTurns } from './own-turns.ts';
import { Unsettled } from './unsettled.ts';

export interface Heard {
  /** Base64, in order. */
  readonly frames: readonly string[];
  /** A turn ended behind them; null where none did. */
  readonly commit: Commit | null;
}

const NOTHING: Heard = { frames: [], commit: null };
/** Turns ended by hand that may be told once more. */
const COMMITS = 16;

export class CallerStream {
  private readonly format: AudioFormat;
  private readonly samples: CallerSamples;
  private readonly turns = new OwnTurns();
  private readonly unsettled: Unsettled;
  private readonly numbers: MessageNumbers;
  /** The browser numbers its audio: it sends again what was not acknowledged. */
  private numbered: boolean;
  /** Messages that came again, and were safely taken before. */
  private again: readonly number[] = [];
  /** The newest message that is safely taken. */
  private settled: number | null;
  /** Behind which messages turns were ended by hand. */
  private commits: readonly number[] = [];
  /** Turns that another node was told the end of, and that are to be heard here. */
  private owed: readonly number[];
  /** The message before, where it came again; what is said behind it may be said again, too. */
  private repeated: number | null = null;

  /** `kept`: what another node knew. `now` in ms. */
  constructor(format: AudioFormat, now: () => number, kept: Pick<BrowserMemory, 'settled' | 'commits'> | null) {
    this.format = format;
    this.samples = new CallerSamples(format);
    this.unsettled = new Unsettled(now);
    this.settled = kept?.settled ?? null;
    this.numbered = this.settled !== null;
    this.owed = kept?.commits ?? [];
    this.numbers = new MessageNumbers(this.settled);
  }

  /** Null where `data` is no base64. */
  audio(data: string, seq: number | undefined): Heard | null {
    const number = this.numbers.take(seq);
    this.repeated = null;
    if (number === 'known' && seq !== undefined) return this.known(seq);
    if (number === 'anew') this.begin();
    const taken = this.samples.take(data);
    if (!taken) return null;
    this.turns.spoke(taken.speechMs);
    if (seq === undefined) return { frames: taken.frames, commit: null };
    this.numbered = true;
    this.unsettled.take(seq, durationMsOf(data, this.format), taken.speechMs > 0);
    return this.isOwed(seq) ? this.commitOwed(seq, taken.frames) : { frames: taken.frames, commit: null };
  }

  /** The caller says that their turn is over; nothing comes of it where they said so before. */
  commit(): Heard {
    const { repeated } = this;
    if (repeated !== null && this.commits.includes(repeated)) return NOTHING;
    return this.ended();
  }

  /** What the service makes of it. */
  heard(message: CallMessage): void {
    this.unsettled.heard(message);
    if (message.type === 'caller_turn_committed') this.turns.turned();
    if (message.type === 'commit_refused') this.turns.refused();
  }

  /** The messages that are safely taken from now on, each once, in order. */
  acknowledge(): readonly number[] {
    const settled = this.unsettled.settled();
    const all = [...this.again, ...settled];
    this.settled = settled.at(-1) ?? this.settled;
    this.again = [];
    return all;
  }

  /** Over a new connection; answers the newest message that is safely taken, null where there is none. */
  reconnected(): number | null {
    this.numbers.reconnected();
    this.repeated = null;
    return this.settled === null || this.settled < 0 ? null : this.settled;
  }

  /** Whether what is not acknowledged will be sent again. */
  get isNumbered(): boolean {
    return this.numbered;
  }

  get memory(): Pick<BrowserMemory, 'settled' | 'commits'> {
    const { settled, commits } = this;
    return {
      settled: settled ?? (this.numbered ? -1 : null),
      commits: [...commits, ...this.owed].filter((seq) => seq > (settled ?? -1)),
    };
  }

  private known(seq: number): Heard {
    this.repeated = seq;
    if (seq <= (this.settled ?? -1)) this.again = [...this.again, seq];
    return NOTHING;
  }

  private isOwed(seq: number): boolean {
    return this.owed[0] !== undefined && this.owed[0] <= seq;
  }

  private commitOwed(seq: number, frames: readonly string[]): Heard {
    this.owed = this.owed.filter((each) => each > seq);
    const ended = this.ended();
    // The browser may tell it as well.
    this.repeated = seq;
    return { frames: [...frames, ...ended.frames], commit: ended.commit };
  }

  private ended(): Heard {
    const { frames, speechMs } = this.samples.flush();
    this.turns.spoke(speechMs);
    this.unsettled.commit();
    const commit = this.turns.commit();
    if (this.numbered && commit !== 'nothing') this.commits = [...this.commits, this.numbers.newest].slice(-COMMITS);
    return { frames, commit };
  }

  /** Another page, or one that does not count. */
  private begin(): void {
    this.samples.restart();
    this.unsettled.restart();
    this.settled = null;
    this.owed = [];
  }
}
