/** The caller's leg as others see it. Times in ms of audio. */

/** Audio as it goes over the wire: base64 of the line's format. */
export type AudioPayload = string;

/** What the phone actor takes. */
export type PhoneMessage =
  /** The line is open: audio may be sent. */
  | { readonly type: 'line_opened' }
  /** A piece of Ava's speech to play after everything sent before. */
  | { readonly type: 'speech'; readonly itemId: string; readonly ms: number; readonly payload: AudioPayload }
  /** The model has no more audio for this item. */
  | { readonly type: 'speech_complete'; readonly itemId: string }
  /** The far end says that everything before this mark was played (or dropped by a clear). */
  | { readonly type: 'mark'; readonly name: string }
  /**
   * Stop playing for now: the caller may be saying something, or is out of reach. `played`: how far the far end says it
   * was, where it says so; the clock is not asked then.
   */
  | { readonly type: 'pause'; readonly played?: { readonly itemId: string; readonly ms: number } }
  /** It was nothing: play on from where the caller's ear was. */
  | { readonly type: 'resume' }
  /** Stop playing for good, paused or not: the caller speaks. */
  | { readonly type: 'interrupt' }
  | { readonly type: 'digit'; readonly digit: string }
  /** End the line, once what was sent has been played where `afterPlayback`. */
  | { readonly type: 'hang_up'; readonly afterPlayback: boolean }
  /** Do not end the line after all: the caller spoke. */
  | { readonly type: 'stay' }
  /** The line ended at the far end, or broke. */
  | { readonly type: 'line_closed'; readonly reason: 'stop' | 'broken' };

/** What the wire tells a phone actor's owner; audio skips the mailbox. */
export interface PhoneInlet {
  /** One caller frame, as it came. */
  audio(payload: AudioPayload): void;
  mark(name: string): void;
  digit(digit: string): void;
  closed(reason: 'stop' | 'broken'): void;
}

/** A message of audio: where in which item it starts, and how long it is, ms. */
export interface Stretch {
  readonly itemId: string;
  readonly fromMs: number;
  readonly ms: number;
}

/** The line towards the caller, as the phone actor's shell sees it. */
export interface PhoneLine {
  /** How long after its time a mark of what was played may come back, ms; beyond, the clock is believed. */
  readonly lostMarkGraceMs?: number;
  /** `stretch`: what of which item this is. */
  play(payload: AudioPayload, stretch: Stretch): void;
  mark(name: string): void;
  clear(): void;
  close(): void;
}
