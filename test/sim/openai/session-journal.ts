/** What one session tells the event log, in the words of people who watch a call. */
import type { EventLog } from './event-log.ts';
import type { Utterance } from './input-audio.ts';
import type { Refusal } from './refusal.ts';
import type { Outgoing } from './server-events.ts';

export class SessionJournal {
  private readonly log: EventLog;
  private readonly session: string;
  /** When each call was complete, by call id; as many as the session made calls. */
  private readonly calledAtMs = new Map<string, number>();

  constructor(log: EventLog, session: string) {
    this.log = log;
    this.session = session;
  }

  opened(model: string): void {
    this.add('session_opened', { model });
  }

  closed(code: number, callerAudioMs: number): void {
    this.add('session_closed', { code, caller_audio_ms: callerAudioMs });
  }

  callerSpoke(utterance: Utterance): void {
    const { text, ms, itemId, damaged } = utterance;
    this.add(damaged ? 'caller_damaged' : 'caller_understood', { item_id: itemId, text, ms: Math.round(ms) });
  }

  truncated(itemId: string, audioEndMs: number, realMs: number, accepted: boolean): void {
    this.add('truncate', { item_id: itemId, audio_end_ms: audioEndMs, real_ms: Math.round(realMs), accepted });
  }

  outputGiven(callId: string, output: string): void {
    const calledAtMs = this.calledAtMs.get(callId);
    const tookMs = calledAtMs === undefined ? null : Math.round(performance.now() - calledAtMs);
    this.add('function_output', { call_id: callId, output, took_ms: tookMs });
  }

  refused({ type, code, message, param }: Refusal): void {
    this.add('error_sent', { type, code, message, param });
  }

  /** Looks at what goes out for the calls in it. */
  sent(event: Outgoing): void {
    if (event.type !== 'response.output_item.done' || event.item.type !== 'function_call') return;
    const { name, call_id: callId = '', arguments: args, status } = event.item;
    this.calledAtMs.set(callId, performance.now());
    this.add('function_call', { name, call_id: callId, arguments: args, status });
  }

  private add(kind: string, details: Record<string, unknown>): void {
    this.log.add({ kind, session: this.session, ...details });
  }
}
