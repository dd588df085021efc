/**
 * For tests of brains: a front desk that answers tools from tables, and a conversation that feeds a brain its own items,
 * as a session would. No socket, no time.
 */
import type { Brain, BrainCall, BrainItem, BrainReply, ToolDefinition } from './brain/brain.ts';
import { parsedObject } from './brain/json.ts';
import { seededRandom } from './chance.ts';

const MONDAY_MS = Date.UTC(2026, 2, 2, 15);
const MOST_ROUNDS = 12;

type Answer = Readonly<Record<string, unknown>>;
export type Desk = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => Answer>>;

export function tool(name: string, required: readonly string[], optional: readonly string[] = []): ToolDefinition {
  const properties = Object.fromEntries([...required, ...optional].map((key) => [key, { type: 'string' }]));
  return { name, parameters: { type: 'object', properties, required } };
}

/** The tools of a clinic's receptionist. */
export const TOOLS: readonly ToolDefinition[] = [
  tool('check_availability', ['service'], ['date', 'date_to', 'when', 'time', 'provider', 'appointment_id']),
  tool('book_appointment', ['slot_id', 'customer_name'], ['customer_phone', 'customer_email', 'notes']),
  tool('find_appointments', [], ['customer_phone', 'customer_name']),
  tool('reschedule_appointment', ['appointment_id', 'slot_id']),
  tool('cancel_appointment', ['appointment_id'], ['reason']),
  tool('get_clinic_info', [], ['topic']),
  tool('join_waitlist', ['service', 'customer_name'], ['earliest_date', 'latest_date', 'provider', 'customer_phone']),
  tool('take_message', ['customer_name', 'message'], ['customer_phone']),
  tool('transfer_to_staff', ['reason']),
  tool('end_call', [], ['reason']),
];

export const SLOTS = [
  { slot_id: 'mon10', spoken: 'Monday at 10 AM', provider: 'Priya Sharma', starts_at: '2026-03-09T10:00:00-04:00' },
  { slot_id: 'tue14', spoken: 'Tuesday at 2 PM', provider: 'Priya Sharma', starts_at: '2026-03-10T14:00:00-04:00' },
  { slot_id: 'wed16', spoken: 'Wednesday at 4 PM', provider: 'Maya Chen', starts_at: '2026-03-11T16:00:00-04:00' },
] as const;

export interface MadeCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly raw: BrainCall;
}

export interface ConversationOptions {
  readonly tools?: readonly ToolDefinition[];
  readonly instructions?: string;
}

export class DeskConversation {
  readonly items: BrainItem[] = [];
  readonly calls: MadeCall[] = [];
  private readonly brain: Brain;
  private readonly desk: Desk;
  private readonly options: ConversationOptions;

  constructor(brain: Brain, desk: Desk, options: ConversationOptions = {}) {
    this.brain = brain;
    this.desk = desk;
    this.options = options;
  }

  /** The caller says it; what is said back, once no more tools are called. */
  hears(text: string): string {
    this.items.push({ kind: 'caller', text, audible: text !== '' });
    return this.answered();
  }

  /** Lets the brain speak until it waits for the caller. */
  answered(): string {
    const said: string[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const reply = this.reply();
      if (reply.say !== undefined) {
        said.push(reply.say);
        this.items.push({ kind: 'assistant', text: reply.say });
      }
      if ((reply.calls ?? []).length === 0) return said.join(' ');
      this.run(reply.calls ?? []);
    }
    throw new Error('The brain called tools without end.');
  }

  reply(responseInstructions?: string): BrainReply {
    return this.brain.reply({
      sessionInstructions: this.options.instructions ?? 'You answer the phone.',
      responseInstructions,
      tools: this.options.tools ?? TOOLS,
      toolChoice: 'auto',
      items: this.items,
      nowMs: MONDAY_MS,
      random: seededRandom(1),
    });
  }

  named(name: string): MadeCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  private run(calls: readonly BrainCall[]): void {
    const outputs: BrainItem[] = [];
    for (const call of calls) {
      const callId = `call_${this.calls.length}`;
      this.calls.push({ name: call.name, args: parsedObject(call.arguments) ?? {}, raw: call });
      this.items.push({ kind: 'call', callId, name: call.name, arguments: call.arguments });
      outputs.push({ kind: 'output', callId, output: JSON.stringify(this.answer(call)) });
    }
    this.items.push(...outputs);
  }

  /** As strict as a real tool: what is no JSON, no tool, or of the wrong type is an error. */
  private answer(call: BrainCall): Answer {
    const args = parsedObject(call.arguments);
    const definition = (this.options.tools ?? TOOLS).find((one) => one.name === call.name);
    const handler = this.desk[call.name];
    if (args === undefined || definition === undefined || handler === undefined) return invalid('unreadable call');
    const required = definition.parameters?.required;
    const missing = Array.isArray(required) ? required.filter((key) => args[String(key)] === undefined) : [];
    const isWrong = Object.values(args).some((value) => typeof value !== 'string');
    return missing.length > 0 || isWrong ? invalid('bad arguments') : handler(args);
  }
}

function invalid(why: string): Answer {
  return { success: false, error: 'invalid_arguments', user_message: `Let me try that again: ${why}.` };
}

/** A desk with free times, where everything works. */
export function openDesk(changes: Desk = {}): Desk {
  const booked = { success: true, appointment_id: 'appt1', service: 'Botox' };
  return {
    check_availability: () => ({
      success: true,
      slots: SLOTS,
      exact_match: false,
      fully_booked: false,
      next_available: [],
    }),
    book_appointment: ({ slot_id: id }) => {
      const slot = SLOTS.find((one) => one.slot_id === id);
      if (slot === undefined)
        return { success: false, error: 'slot_not_offered', user_message: "That one wasn't offered.", slots: SLOTS };
      return { ...booked, spoken: `You're booked for ${slot.spoken} with ${slot.provider}.` };
    },
    find_appointments: () => ({
      success: true,
      appointments: [
        {
          appointment_id: 'appt9',
          service: 'Botox',
          spoken: 'Thursday at 3 PM',
          starts_at: '2026-03-05T15:00:00-05:00',
        },
      ],
    }),
    reschedule_appointment: () => ({ ...booked, spoken: "You're now booked for Tuesday at 2 PM." }),
    cancel_appointment: () => ({ success: true, appointment_id: 'appt9', spoken: 'Your appointment is cancelled.' }),
    get_clinic_info: () => ({ success: true, hours: [{ day: 'Monday', opens: '09:00', closes: '18:00' }] }),
    join_waitlist: () => ({ success: true, waitlist_id: 'w1', spoken: "You're on the waitlist." }),
    take_message: () => ({ success: true, message_id: 'm1', spoken: "I've taken your message." }),
    transfer_to_staff: () => ({ success: true }),
    end_call: () => ({ success: true }),
    ...changes,
  };
}

/** A desk with exactly the time that is asked for. */
export const EXACT = { success: true, slots: [SLOTS[1]], exact_match: true, fully_booked: false, next_available: [] };
