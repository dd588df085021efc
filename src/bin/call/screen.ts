/** A call on a terminal: Ava's words as they are heard, the caller's lines, tools with their times, and what came of it. */
import { styleText } from 'node:util';
import type { StoredConversation, StoredScore, StoredToolCall } from '../../../db/conversation-reader.ts';
import type { Clinic } from '../../domain/clinic.ts';
import { spokenMoment } from '../../domain/spoken.ts';
import type { Happening } from './phone-network.ts';

type Style = Parameters<typeof styleText>[0];

export class Screen {
  private readonly out: NodeJS.WriteStream;
  /** Whether a line of Ava's is being written. */
  private speaking = false;
  private toolsShown = 0;
  private latestMs = 0;

  constructor(out: NodeJS.WriteStream) {
    this.out = out;
  }

  show(event: Happening): void {
    this.latestMs = event.atMs;
    switch (event.type) {
      case 'answered':
        return this.line(event.atMs, 'gray', 'answered');
      case 'word':
        return this.word(event.atMs, event.word);
      case 'utterance':
        return this.endOfLine(event.cut ? ' —' : '');
      case 'said':
        return this.line(event.atMs, 'yellow', `Caller  ${event.text}`);
      case 'pressed':
        return this.line(event.atMs, 'yellow', `Caller  [pressed ${event.digits}]`);
      case 'clear':
        return this.line(event.atMs, 'gray', `Ava stops: ${Math.round(event.droppedMs)} ms dropped`);
      case 'webhook':
        return this.line(
          event.atMs,
          'gray',
          `webhook ${event.purpose} ${event.status ?? 'failed'} in ${Math.round(event.latencyMs)} ms`,
        );
      case 'violation':
        return this.line(event.atMs, 'red', `protocol violation: ${event.message}`);
      case 'ended': {
        const error = event.errorCode === undefined ? '' : `, error ${event.errorCode}`;
        return this.line(event.atMs, 'gray', `ended by ${event.by} after ${seconds(event.durationMs)}${error}`);
      }
    }
  }

  /** Shows the tool calls that were not shown yet; those of the sentence Ava is in the middle of come after it. */
  tools(atMs: number, calls: readonly StoredToolCall[]): void {
    if (this.speaking) return;
    for (const call of calls.slice(this.toolsShown)) {
      const result = call.success ? 'ok' : `failed: ${call.error}`;
      this.line(
        atMs,
        call.success ? 'magenta' : 'red',
        `  ⚙ ${call.name} ${JSON.stringify(call.arguments)} → ${result} in ${call.tookMs} ms`,
      );
    }
    this.toolsShown = Math.max(this.toolsShown, calls.length);
  }

  summary(conversation: StoredConversation, clinic: Clinic): void {
    this.endOfLine('');
    this.tools(this.latestMs, conversation.toolCalls);
    this.print('');
    this.print(
      `${this.paint('bold', 'Outcome')}       ${conversation.outcome ?? (conversation.status === 'active' ? '(it goes on)' : '(not stored yet)')}`,
    );
    for (const each of conversation.appointments) {
      const minutes = (each.endsAt - each.startsAt) / 60_000;
      const when = spokenMoment(each.startsAt, Date.now(), clinic);
      this.print(
        `${this.paint('bold', 'Appointment')}   ${each.service}, ${minutes} minutes, ${when} with ${each.provider} (${each.status})`,
      );
      this.print(
        `${this.paint('bold', 'Customer')}      ${each.customer}, ${each.phone}${each.email ? `, ${each.email}` : ''}`,
      );
    }
    if (conversation.score) this.score(conversation.score);
    const { turns, toolCalls, id } = conversation;
    this.print(
      `${this.paint('bold', 'Conversation')}  ${id}: ${counted(turns.length, 'turn')}, ${counted(toolCalls.length, 'tool call')}`,
    );
  }

  private score({ satisfaction, sentiment, summary, followUpNeeded, failed }: StoredScore): void {
    const source = failed ? ' (scoring failed)' : '';
    const task = followUpNeeded ? ', staff should follow up' : '';
    this.print(`${this.paint('bold', 'Satisfaction')}  ${satisfaction} of 10, ${sentiment}${task}${source}`);
    if (summary !== null) this.print(`${this.paint('bold', 'Summary')}       ${summary}`);
  }

  /** A text message, of the customer's or of Ava's, so long after the first. */
  text(atMs: number, from: 'Caller' | 'Ava', body: string): void {
    this.latestMs = atMs;
    this.line(atMs, from === 'Ava' ? 'cyan' : 'yellow', `${from.padEnd(7)} ${body}`);
  }

  note(text: string): void {
    this.endOfLine('');
    this.print(this.paint('gray', text));
  }

  private word(atMs: number, word: string): void {
    if (!this.speaking) this.out.write(`${stamp(atMs)}  ${this.paint('cyan', 'Ava    ')}`);
    this.speaking = true;
    this.out.write(this.paint('cyan', ` ${word}`));
  }

  private endOfLine(tail: string): void {
    if (this.speaking) this.out.write(`${tail}\n`);
    this.speaking = false;
  }

  private line(atMs: number, style: Style, text: string): void {
    this.endOfLine('');
    this.print(`${stamp(atMs)}  ${this.paint(style, text)}`);
  }

  private print(text: string): void {
    this.out.write(`${text}\n`);
  }

  private paint(style: Style, text: string): string {
    return styleText(style, text, { stream: this.out });
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function stamp(atMs: number): string {
  return (atMs / 1000).toFixed(1).padStart(6);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
