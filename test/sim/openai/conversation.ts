/**
 * The items of one conversation, in order, with what the service knows beside what it shows: what a caller's audio was
 * understood to say, and how long each word of the assistant's audio takes. Pure; refusals are returned, not thrown.
 */
import type {
  ConversationItem,
  RealtimeConversationItemAssistantMessage,
  RealtimeConversationItemUserMessage,
} from 'openai/resources/realtime/realtime';
import type { BrainItem } from './brain/brain.ts';
import { freshId } from './chance.ts';
import type { NewItem, TruncateEvent } from './client-events.ts';
import { type Refusal, refuse } from './refusal.ts';

/** What the service made of a caller's audio; `text` is empty where it understood nothing. */
export interface Understood {
  readonly text: string;
  readonly ms: number;
}

/** The assistant's audio as far as it was generated: each word with where it ends, in ms of the item's audio. */
export interface Spoken {
  readonly words: { readonly word: string; readonly toMs: number }[];
  ms: number;
}

export interface Entry {
  readonly id: string;
  item: ConversationItem;
  readonly understood?: Understood;
  readonly spoken?: Spoken;
  /** Where a client has cut the assistant's audio. */
  cutAtMs?: number;
}

export class Conversation {
  readonly id = freshId('conv');
  private readonly entries: Entry[] = [];

  get all(): readonly Entry[] {
    return this.entries;
  }

  get lastId(): string | null {
    return this.entries.at(-1)?.id ?? null;
  }

  get assistantAudioPresent(): boolean {
    return this.entries.some((entry) => entry.spoken !== undefined);
  }

  get(id: string): Entry | undefined {
    return this.entries.find((entry) => entry.id === id);
  }

  /** Whether a client may add this item, and where: an `after` of 'root' is the beginning, none the end. */
  refusalOf(item: NewItem, after: string | null | undefined): Refusal | undefined {
    if (item.id !== undefined && this.get(item.id) !== undefined) {
      const message = `Error adding item: an item with id '${item.id}' already exists in the conversation.`;
      return refuse('item_create_duplicate_item_id', message, 'item.id');
    }
    if (after !== undefined && after !== null && after !== 'root' && this.get(after) === undefined) {
      const message = `Error adding item: the previous item with id '${after}' does not exist.`;
      return refuse('item_create_invalid_previous_item_id', message, 'previous_item_id');
    }
    if (item.type === 'function_call_output' && !this.hasCall(item.call_id)) {
      return refuse(
        'invalid_tool_call_id',
        `Tool call ID '${item.call_id}' not found in conversation.`,
        'item.call_id',
      );
    }
    return undefined;
  }

  /** Puts it in; answers the id of the item before it, or null. */
  add(entry: Entry, after?: string | null): string | null {
    const at = this.placeAfter(after);
    this.entries.splice(at, 0, entry);
    return this.entries[at - 1]?.id ?? null;
  }

  previousOf(id: string): string | null {
    const at = this.entries.findIndex((entry) => entry.id === id);
    return this.entries[at - 1]?.id ?? null;
  }

  remove(id: string): boolean {
    const at = this.entries.findIndex((entry) => entry.id === id);
    if (at >= 0) this.entries.splice(at, 1);
    return at >= 0;
  }

  /** Cuts the assistant's audio where the caller stopped hearing it; its transcript goes. */
  truncate(event: TruncateEvent): Refusal | undefined {
    const entry = this.get(event.item_id);
    if (entry === undefined) return noSuchItem('truncate', event.item_id);
    const { item, spoken } = entry;
    if (spoken === undefined || item.type !== 'message' || item.role !== 'assistant') {
      return refuse('invalid_value', 'Only model output audio messages can be truncated.', 'item_id');
    }
    if (event.content_index !== 0) {
      return refuse('invalid_value', `Content index ${event.content_index} out of range.`, 'content_index');
    }
    const lengthMs = Math.min(spoken.ms, entry.cutAtMs ?? Number.POSITIVE_INFINITY);
    if (event.audio_end_ms > lengthMs) {
      const message = `Audio content of ${Math.floor(lengthMs)}ms is already shorter than ${event.audio_end_ms}ms`;
      return refuse('invalid_value', message);
    }
    entry.cutAtMs = event.audio_end_ms;
    entry.item = { ...item, content: [{ type: 'output_audio' }] };
    return undefined;
  }

  private hasCall(callId: string): boolean {
    return this.entries.some(({ item }) => item.type === 'function_call' && item.call_id === callId);
  }

  private placeAfter(after: string | null | undefined): number {
    if (after === undefined || after === null) return this.entries.length;
    return after === 'root' ? 0 : this.entries.findIndex((entry) => entry.id === after) + 1;
  }
}

/** An item as a client made it, with what the service fills in. */
export function entryOf(item: NewItem): Entry {
  const id = item.id ?? freshId('item');
  const filled = { id, object: 'realtime.item' as const, status: 'completed' as const };
  if (item.type === 'function_call') {
    return { id, item: { ...item, ...filled, call_id: item.call_id ?? freshId('call') } };
  }
  if (item.type !== 'message' || item.role !== 'user') return { id, item: { ...item, ...filled } };
  const content = item.content.map(
    (part): RealtimeConversationItemUserMessage.Content =>
      part.type === 'input_text' ? part : { type: 'input_audio', transcript: part.transcript ?? undefined },
  );
  return { id, item: { ...item, ...filled, content } };
}

/** How a brain sees an item: what a model that has read and listened to all of it would know. */
export function brainItemOf(entry: Entry): BrainItem | undefined {
  const { item } = entry;
  if (item.type === 'function_call') {
    return { kind: 'call', callId: item.call_id ?? '', name: item.name, arguments: item.arguments };
  }
  if (item.type === 'function_call_output') return { kind: 'output', callId: item.call_id, output: item.output };
  if (item.type !== 'message') return undefined;
  if (item.role === 'system') return { kind: 'system', text: textOf(item.content) };
  if (item.role === 'assistant') return { kind: 'assistant', text: assistantText(entry, item) };
  const text = entry.understood?.text ?? textOf(item.content);
  return { kind: 'caller', text, audible: text.trim() !== '' };
}

export function noSuchItem(what: 'delete' | 'retrieve' | 'truncate', id: string): Refusal {
  const doing = { delete: 'deleting', retrieve: 'retrieving', truncate: 'truncating' }[what];
  const message = `Error ${doing} item: the item with id '${id}' does not exist.`;
  return refuse(`item_${what}_invalid_item_id`, message, 'item_id');
}

/** Only words that were heard to their end count: the rest of a cut item is neither audio nor transcript any more. */
function assistantText(entry: Entry, item: RealtimeConversationItemAssistantMessage): string {
  if (entry.spoken === undefined) return textOf(item.content);
  const end = entry.cutAtMs ?? Number.POSITIVE_INFINITY;
  const heard = entry.spoken.words.filter((word) => word.toMs <= end);
  return heard.map((word) => word.word).join(' ');
}

function textOf(content: readonly { text?: string; transcript?: string }[]): string {
  return content.map((part) => part.text ?? part.transcript ?? '').join(' ');
}
