/** A receptionist's desk for tests: the tools, used as a model uses them, over a book of appointments in memory. */
import { z } from 'zod';
import type { Clinic } from '../../src/domain/clinic.ts';
import { callerSpoke, type Dealings, deal, hear, NO_DEALINGS } from '../../src/domain/dealings.ts';
import type { BookingStore, Channel, MessageStore } from '../../src/domain/ports.ts';
import type { ToolAnswer } from '../../src/domain/tools.ts';
import { useTool } from '../../src/receptionist/tools/toolbox.ts';
import { type MemoryBookingStore, memoryBookingStore } from '../support/memory-bookings.ts';
import { seededClinics } from '../support/memory-clinics.ts';
import { type MemoryMessageStore, memoryMessageStore } from '../support/memory-messages.ts';

const [radianceClinic, lumenClinic] = seededClinics;
if (!radianceClinic || !lumenClinic) throw new Error('both demo clinics are needed');
export const radiance: Clinic = radianceClinic;
export const lumen: Clinic = lumenClinic;

/** Monday 2026-11-23, 10:00 in New York. */
export const MONDAY_MORNING = Date.parse('2026-11-23T10:00:00-05:00');
export const CALLER = '+12125550142';

const slot = z.strictObject({
  slot_id: z.string().regex(/^slot_\d+$/),
  number: z.int().min(1),
  starts_at: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/),
  spoken: z.string().min(1),
  provider: z.string().min(1),
});
/** Exactly what the contract promises of a found or missed time. */
export const availability = z.strictObject({
  success: z.literal(true),
  slots: z.array(slot),
  exact_match: z.boolean(),
  fully_booked: z.boolean(),
  next_available: z.array(slot),
  guidance: z.string().min(1),
});
export const confirmation = z.strictObject({
  success: z.literal(true),
  appointment_id: z.string().min(1),
  starts_at: z.string(),
  service: z.string().min(1),
  provider: z.string().min(1),
  spoken: z.string().min(1),
});
export const failure = z.looseObject({
  success: z.literal(false),
  error: z.string(),
  user_message: z.string().min(1),
  slots: z.array(slot).optional(),
});

export interface Desk {
  /** Uses a tool with these arguments; a string goes as it is, whatever it is. */
  use(tool: string, args?: unknown): Promise<ToolAnswer>;
  check(args: unknown): Promise<z.infer<typeof availability>>;
  book(args: unknown): Promise<z.infer<typeof confirmation>>;
  refused(tool: string, args?: unknown): Promise<z.infer<typeof failure>>;
  /** The caller says something. */
  say(words: string): void;
  dealings(): Dealings;
  wait(ms: number): void;
  readonly bookings: MemoryBookingStore;
  readonly messages: MemoryMessageStore;
  /** Whatever tools met that should never happen. */
  readonly breakages: { readonly tool: string; readonly error: unknown }[];
}

export interface DeskSetup {
  readonly clinic?: Clinic;
  readonly now?: number;
  readonly callerPhone?: string | null;
  readonly conversationId?: string;
  /** The book, where several conversations share one. */
  readonly bookings?: MemoryBookingStore;
  readonly channel?: Channel;
  /** Whether the caller says something after each tool, if only "mhm"; true where absent. */
  readonly callerAnswers?: boolean;
  readonly messageFaults?: Partial<MessageStore>;
  /** What stands in for some of the book's methods. */
  readonly faults?: (bookings: MemoryBookingStore) => Partial<BookingStore>;
}

export function openDesk(setup: DeskSetup = {}): Desk {
  const { clinic = radiance, callerPhone = CALLER, conversationId = 'conversation', channel = 'voice' } = setup;
  const { callerAnswers = true } = setup;
  const bookings = setup.bookings ?? memoryBookingStore();
  const store: BookingStore = { ...bookings, ...setup.faults?.(bookings) };
  const messages = memoryMessageStore();
  const breakages: Desk['breakages'] = [];
  let now = setup.now ?? MONDAY_MORNING;
  let dealings = NO_DEALINGS;

  async function use(tool: string, args: unknown = {}): Promise<ToolAnswer> {
    const context = {
      clinic,
      conversationId,
      channel,
      callerPhone,
      dealings,
      bookings: store,
      messages: { ...messages, ...setup.messageFaults },
      now: () => now,
    } as const;
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    const { answer, changes } = await useTool(tool, text, context, (name, _code, error) =>
      breakages.push({ tool: name, error }),
    );
    const dealt = changes.reduce(deal, dealings);
    dealings = callerAnswers ? callerSpoke(dealt) : dealt;
    return answer;
  }

  return {
    use,
    check: async (args) => availability.parse(await use('check_availability', args)),
    book: async (args) => confirmation.parse(await use('book_appointment', args)),
    refused: async (tool, args) => failure.parse(await use(tool, args)),
    say: (words) => {
      dealings = hear(callerSpoke(dealings), words, clinic, now);
    },
    dealings: () => dealings,
    wait: (ms) => {
      now += ms;
    },
    bookings,
    messages,
    breakages,
  };
}

/** Books all of a provider's time between two moments, ISO with offset, for somebody else. */
export async function occupy(
  bookings: BookingStore,
  clinic: Clinic,
  providerId: string,
  from: string,
  to: string,
): Promise<void> {
  const span = { startsAt: Date.parse(from), endsAt: Date.parse(to) };
  const result = await bookings.book({
    clinicId: clinic.id,
    conversationId: `somebody else ${from} ${providerId}`,
    channel: 'web',
    key: `somebody else ${from} ${providerId}`,
    slot: { serviceId: clinic.services[0]?.id ?? '', providerId, ...span },
    blocks: [{ anyOf: [providerId], ...span }],
    customer: { name: 'Somebody Else', phone: '+12125550177', email: null },
    notes: null,
    now: 0,
  });
  if (result.kind !== 'booked') throw new Error(`${from} was taken already`);
}

/** Books everybody's whole day. */
export async function fillDay(bookings: BookingStore, clinic: Clinic, date: string, offset = '-05:00'): Promise<void> {
  for (const { id } of clinic.providers) {
    await occupy(bookings, clinic, id, `${date}T00:00:00${offset}`, `${date}T23:59:00${offset}`);
  }
}
