/**
 * A clumsy model: the receptionist, with the mistakes that real models make now and then, and who puts them right once
 * the answers tell her. Pure as she is: which of the calls in a conversation were mistakes is seen by asking, at each,
 * what the receptionist would have called there; mistakes and their answers are left out of what she reads. What she
 * does wrong depends on the seed and on how far the conversation has come.
 */
import { seededRandom } from '../chance.ts';
import type { Brain, BrainCall, BrainContext, BrainItem, BrainReply } from './brain.ts';
import { type JsonObject, parsedObject } from './json.ts';

/** How many answers in a row may be to mistakes before she pulls herself together. */
const MISTAKES_A_TURN = 2;
const MISTAKE_LIKELIHOOD = 0.6;

type Mistake = (call: BrainCall, context: BrainContext) => readonly BrainCall[];

const MISTAKES: readonly Mistake[] = [
  /** Numbers, booleans and lists where words belong. */
  (call) => [edited(call, (value, index) => [[value], Number.parseInt(value, 10) || 7, true][index % 3])],
  /** The first argument forgotten. */
  (call) => [{ ...call, arguments: JSON.stringify(Object.fromEntries(Object.entries(known(call)).slice(1))) }],
  /** A slot, an appointment that never was. */
  (call) => [edited(call, (value, _, key) => (key.endsWith('_id') ? 'slot-999-invented' : value))],
  /** The same tool ten times. */
  (call) => Array.from({ length: 10 }, () => call),
  /** Two tools at once. */
  (call, { tools }) => [call, ...another(call, tools)],
  /** JSON broken off. */
  (call) => [{ ...call, arguments: call.arguments.slice(0, Math.max(1, call.arguments.length - 3)) }],
  /** A tool nobody has. */
  (call) => [{ ...call, name: `${call.name}_now` }],
  /** Books what she has not even asked about, for somebody she makes up. */
  (call, { tools }) => [call, ...booksUnasked(call, tools)],
  /** Another look, though the caller has chosen. */
  (call, { items }) => [lastCheck(items) ?? call],
];

export function clumsyBrain(inner: Brain, seed = 1): Brain {
  return {
    name: 'clumsy',
    reply(context) {
      const items = withoutMistakes(inner, context);
      const reply = inner.reply({ ...context, items });
      const call = reply.calls?.[0];
      if (call === undefined || call.name === 'end_call' || mistakesNow(context.items, items) >= MISTAKES_A_TURN)
        return reply;
      const random = seededRandom(seed * 1_000 + context.items.length);
      if (random() >= MISTAKE_LIKELIHOOD) return reply;
      const mistake = MISTAKES[Math.floor(random() * MISTAKES.length)];
      return mistake === undefined ? reply : { ...reply, calls: mistake(call, context) };
    },
  };
}

/** The conversation without the calls that the inner brain would not have made where they were made. */
export function withoutMistakes(inner: Brain, context: BrainContext): BrainItem[] {
  const kept: BrainItem[] = [];
  const dropped = new Set<string>();
  let due: readonly BrainCall[] | undefined;
  for (const item of context.items) {
    if (item.kind === 'call') {
      due ??= intended(inner, { ...context, items: kept }).calls ?? [];
      const match = due.find((call) => call.name === item.name && isSameJson(call.arguments, item.arguments));
      due = due.filter((call) => call !== match);
      if (match === undefined) dropped.add(item.callId);
      else kept.push(item);
      continue;
    }
    if (item.kind === 'output') {
      if (!dropped.has(item.callId)) {
        kept.push(item);
        due = undefined;
      }
      continue;
    }
    kept.push(item);
    due = undefined;
  }
  return kept;
}

/** What she would have done at that point of the conversation, whatever this response's own instructions are. */
function intended(inner: Brain, context: BrainContext): BrainReply {
  return inner.reply({ ...context, responseInstructions: '', toolChoice: 'auto' });
}

/** Calls made since the caller last spoke that are not among those kept. */
function mistakesNow(all: readonly BrainItem[], kept: readonly BrainItem[]): number {
  const spoke = all.findLastIndex((item) => item.kind === 'caller');
  const keptIds = new Set(kept.flatMap((item) => (item.kind === 'call' ? [item.callId] : [])));
  return all.slice(spoke + 1).filter((item) => item.kind === 'call' && !keptIds.has(item.callId)).length;
}

function another(call: BrainCall, tools: BrainContext['tools']): BrainCall[] {
  const harmless = ['get_clinic_info', 'find_appointments', 'check_availability'];
  const name = harmless.find((one) => one !== call.name && tools.some((tool) => tool.name === one));
  return name === undefined ? [] : [{ name, arguments: '{}' }];
}

function booksUnasked(call: BrainCall, tools: BrainContext['tools']): BrainCall[] {
  const name = 'book_appointment';
  if (call.name === name || !tools.some((tool) => tool.name === name)) return [];
  return [{ name, arguments: JSON.stringify({ slot_id: '1', customer_name: 'John Smith' }) }];
}

function lastCheck(items: readonly BrainItem[]): BrainCall | undefined {
  const check = items.findLast((item) => item.kind === 'call' && item.name === 'check_availability');
  return check?.kind === 'call' ? { name: check.name, arguments: check.arguments } : undefined;
}

function edited(call: BrainCall, edit: (value: string, index: number, key: string) => unknown): BrainCall {
  const entries = Object.entries(known(call)).map(([key, value], index) => [
    key,
    typeof value === 'string' ? edit(value, index, key) : value,
  ]);
  return { ...call, arguments: JSON.stringify(Object.fromEntries(entries)) };
}

function known(call: BrainCall): JsonObject {
  return parsedObject(call.arguments) ?? {};
}

function isSameJson(one: string, other: string): boolean {
  const [a, b] = [parsedObject(one), parsedObject(other)];
  return a !== undefined && b !== undefined && canonical(a) === canonical(b);
}

function canonical(value: JsonObject): string {
  return JSON.stringify(Object.entries(value).toSorted(([x], [y]) => x.localeCompare(y)));
}
