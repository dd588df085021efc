/** What happens in a call, as its observers see it. */
import type { HeardUtterance, HeardWord, MediaGap } from './ear.ts';
import type { Said } from './mic.ts';
import type { WebhookAttempt } from './webhooks.ts';

/** Twilio's CallStatus. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled';

export type FinalStatus = Extract<CallStatus, 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'>;

export type CallDirection = 'inbound' | 'outbound-api' | 'outbound-dial';

/** Why a call ended: the phone hung up, its document ran out or said so, the REST API, an error, the other party. */
export type EndedBy = 'phone' | 'twiml' | 'api' | 'error' | 'other-party' | 'simulator';

export interface CallEnd {
  readonly status: FinalStatus;
  readonly by: EndedBy;
  /** Since the call was answered; 0 when it never was. */
  readonly durationMs: number;
  /** Twilio's error code, where an error ended the call. */
  readonly errorCode?: number;
}

/** A message or document that Twilio would complain about in its debugger. */
export interface Violation {
  readonly code: number;
  readonly message: string;
}

export type StreamEndReason = 'server-closed' | 'stopped' | 'failed' | 'killed';

export type CallHappening =
  | { readonly type: 'status'; readonly status: CallStatus }
  | { readonly type: 'answered' }
  | { readonly type: 'saying'; readonly text: string }
  | ({ readonly type: 'said' } & Said)
  | ({ readonly type: 'word' } & HeardWord)
  | ({ readonly type: 'utterance' } & HeardUtterance)
  | ({ readonly type: 'gap' } & MediaGap)
  | { readonly type: 'pressed'; readonly digits: string }
  | { readonly type: 'verb'; readonly verb: string; readonly attributes: Readonly<Record<string, string>> }
  | ({ readonly type: 'webhook' } & WebhookAttempt)
  | { readonly type: 'stream-started'; readonly streamSid: string; readonly url: string }
  | {
      readonly type: 'stream-ended';
      readonly streamSid: string;
      readonly reason: StreamEndReason;
      readonly closeCode?: number;
      readonly errorCode?: number;
    }
  | { readonly type: 'first-media'; readonly streamSid: string }
  | { readonly type: 'mark'; readonly name: string; readonly state: 'received' | 'played' | 'cleared' | 'lost' }
  /** `playedMs`: what was played without a pause before it. */
  | { readonly type: 'clear'; readonly droppedMs: number; readonly playedMs: number }
  | ({ readonly type: 'violation' } & Violation)
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'recording'; readonly recordingSid: string; readonly text: string; readonly seconds: number }
  | ({ readonly type: 'ended' } & CallEnd);

/** A happening with its place in time: ms since the call was answered, and wall-clock ms since the epoch. */
export type CallEvent = CallHappening & { readonly atMs: number; readonly epochMs: number };
