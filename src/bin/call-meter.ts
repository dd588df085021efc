/**
 * What one call has used of the model's service: told as events at once, kept as totals in the record while the call
 * runs and when it ends. Has no timers: it writes when something new is told and the last writing was a while ago.
 */
import type { CallContext, Events, TokenUsage, TranscriptionUsage } from '../domain/events.ts';
import type { ConversationLog } from '../domain/ports.ts';
import { add, NO_USAGE, responseUsage, turnTranscription, type Usage } from '../domain/usage.ts';

/** How often the totals of a running call are written at most. */
export const USAGE_EVERY_MS = 30_000;

/** Which models are billed for: by these names their prices are found. */
export interface BilledModels {
  readonly realtime: string;
  readonly transcription: string;
}

export interface CallMeterParts {
  readonly conversationId: string;
  readonly clinicId: string;
  /** What the events are about. */
  readonly context: CallContext;
  readonly models: BilledModels;
  readonly log: ConversationLog;
  readonly events: Events;
  readonly now: () => number;
}

export class CallMeter {
  private readonly parts: CallMeterParts;
  private total: Usage;
  private isWritten = true;
  private writtenAt = Number.NEGATIVE_INFINITY;

  /** `before`: what the call had used already where another node led it. */
  constructor(parts: CallMeterParts, before: Usage = NO_USAGE) {
    this.parts = parts;
    this.total = before;
  }

  get usage(): Usage {
    return this.total;
  }

  /** The model has answered. */
  responded(tokens: TokenUsage): void {
    const { context, events, models } = this.parts;
    events.emit('model.usage', { ...context, usage: tokens });
    this.count(responseUsage(models.realtime, tokens));
  }

  /** A turn of the caller's was written down. */
  transcribed(usage: TranscriptionUsage): void {
    const { context, events, models } = this.parts;
    events.emit('model.transcribed', { ...context, usage, model: models.transcription });
    this.count(turnTranscription(models.transcription, usage));
  }

  /** Writes what was not written yet. */
  close(): void {
    if (!this.isWritten) this.write();
  }

  private count(used: Usage): void {
    this.total = add(this.total, used);
    this.isWritten = false;
    if (this.parts.now() - this.writtenAt >= USAGE_EVERY_MS) this.write();
  }

  private write(): void {
    const { conversationId, clinicId, log, now } = this.parts;
    this.isWritten = true;
    this.writtenAt = now();
    log.write({ kind: 'usage', conversationId, clinicId, usage: this.total });
  }
}
