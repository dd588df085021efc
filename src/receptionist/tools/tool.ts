/**
 * What a tool of the receptionist is. A tool takes arguments that a model made up, so it trusts none of them; it never
 * throws at the model; it answers with facts or with a failure that carries a sentence for the caller; and it tells
 * what it did to the conversation as changes, since it may run while the caller speaks on.
 */
import { z } from 'zod';
import type { Clinic, Instant, PhoneNumber } from '../../domain/clinic.ts';
import type { Dealings, DealingsChange } from '../../domain/dealings.ts';
import type { FailureCode } from '../../domain/failures.ts';
import { tidyName } from '../../domain/names.ts';
import type { BookingStore, Channel, MessageStore } from '../../domain/ports.ts';
import type { ToolOutcome } from '../../domain/tools.ts';

export interface ToolContext {
  readonly clinic: Clinic;
  readonly conversationId: string;
  readonly channel: Channel;
  /** Null where the caller's number is withheld or there is none. */
  readonly callerPhone: PhoneNumber | null;
  readonly dealings: Dealings;
  readonly bookings: BookingStore;
  readonly messages: MessageStore;
  readonly now: () => Instant;
}

/** What arguments come to, or the answer that says what is wrong with them. */
export type Resolved<T> = { readonly ok: T } | { readonly failure: ToolOutcome };

export interface Tool<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  /** Read by the model: when to use it. */
  readonly description: string;
  readonly schema: Schema;
  /** Said where it breaks; what every tool says where absent. */
  readonly apology?: string;
  run(args: z.infer<Schema>, context: ToolContext): Promise<ToolOutcome>;
}

/** Only there so that a tool's `run` sees the type its own schema makes. */
export function defineTool<Schema extends z.ZodType>(tool: Tool<Schema>): Tool<Schema> {
  return tool;
}

export function answered(facts: Record<string, unknown>, changes: readonly DealingsChange[] = []): ToolOutcome {
  return { answer: { success: true, ...facts }, changes };
}

export function failed(
  error: FailureCode,
  userMessage: string,
  facts: Record<string, unknown> = {},
  changes: readonly DealingsChange[] = [],
): ToolOutcome {
  return {
    answer: { success: false, error, user_message: userMessage, ...facts },
    changes: [...changes, { type: 'failed', code: error }],
  };
}

/** What models write where they have nothing to write. */
const NOT_GIVEN = /^(?:|null|none|nil|n\/?a|undefined|unknown|not (?:given|specified|provided)|-+)$/i;

/** Text a model may fill in: trimmed, and an empty one, or a word for nothing, counts as not given. */
export function optionalText(longest: number, description: string) {
  return z
    .preprocess(
      (value) => (typeof value === 'string' && NOT_GIVEN.test(value.trim()) ? undefined : (value ?? undefined)),
      z.string().trim().max(longest).optional(),
    )
    .describe(description);
}

/** A person's name, as it is kept. */
export const personName = z
  .string()
  .max(120)
  .transform(tidyName)
  .pipe(z.string().min(1))
  .describe('First and last name as the caller gave them.');
