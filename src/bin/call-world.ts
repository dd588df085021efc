/** What a call on this node stands in: the ports that it is wired to, and who watches it. */
import type { CallMessage } from '../../actors/call/messages.ts';
import type { Clock } from '../../actors/kernel/clock.ts';
import type { ConnectModel } from '../../actors/model/messages.ts';
import type { Rotation } from '../../actors/model/state.ts';
import type { BrowserMemory } from '../browser/memory.ts';
import type { AudioFormat } from '../domain/audio-format.ts';
import type { CallKey } from '../domain/call-keeping.ts';
import type { AvaEventName, AvaEvents, Events } from '../domain/events.ts';
import type { RecogniseCaller } from '../domain/known-caller.ts';
import type { BookingStore, ConversationLog, MessageStore, PhraseBook } from '../domain/ports.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { CallKeeping } from './call-adoption.ts';
import type { BilledModels } from './call-meter.ts';

export interface CallWorld {
  readonly connectModel: ConnectModel;
  readonly models: BilledModels;
  readonly phrases: PhraseBook;
  /** When a call's session is followed by a fresh one; by the service's limit where absent. */
  readonly rotation?: Rotation | undefined;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly bookings: BookingStore;
  /** Nobody is known where absent. */
  readonly recognise?: RecogniseCaller;
  readonly messages: MessageStore;
  readonly log: ConversationLog;
  readonly events: Events;
  /** Nothing is traced where absent. */
  readonly tracing?: Tracing;
  readonly clock: Clock;
  /** Where calls are kept for other nodes; where absent they end with their line. */
  readonly keeping?: CallKeeping | undefined;
}

/**
 * What the phone network should do with the caller once the stream has ended; after a `transfer` they may come back.
 * `elsewhere`: another node has the call, and knows.
 */
export type NextForCaller = 'hang_up' | 'staff' | 'transfer' | 'elsewhere';

/** Who watches a call that has a screen; what it is told must not throw. */
export interface CallScreen {
  /** What the model makes of the conversation, and what came of playing it. */
  heard(message: CallMessage): void;
  told<Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void;
  /** What another node must know to go on with it; `sent`: Ava's speech that is not known to be heard. */
  memory(sent: BrowserMemory['sent']): BrowserMemory;
  /** Another node has the call. */
  displaced(): void;
}

export interface CallOptions {
  /** What the line speaks, and so the model's sessions. */
  readonly format: AudioFormat;
  readonly screen?: CallScreen;
  /** Under which it is kept; that of its CallSid where absent. */
  readonly key?: CallKey;
  /** Of this node's ownership: more than the first one's where another node had the call before. */
  readonly epoch?: number;
}

export const TELEPHONE: CallOptions = { format: 'audio/pcmu' };
