/** A conversation as the receptionist leads it: her own tools, over the book in Postgres. */
import { randomUUID } from 'node:crypto';
import type { Clinic } from '../../../src/domain/clinic.ts';
import { callerSpoke, type Dealings, deal, NO_DEALINGS } from '../../../src/domain/dealings.ts';
import type { BookingStore } from '../../../src/domain/ports.ts';
import type { Slot } from '../../../src/domain/slots.ts';
import type { ToolAnswer } from '../../../src/domain/tools.ts';
import { useTool } from '../../../src/receptionist/tools/toolbox.ts';

export interface Caller {
  readonly conversationId: string;
  /** The caller says something, and the model uses a tool. Throws where the tool broke. */
  use(tool: string, args: object): Promise<ToolAnswer>;
  /** How many times are on offer. */
  offers(): number;
}

export interface CallerSetting {
  readonly clinic: Clinic;
  readonly bookings: BookingStore;
  readonly phone: string;
  readonly now: () => number;
  /** What was offered before. */
  readonly offered?: readonly Slot[];
}

/** Callers leave no messages here. */
const messages = {
  leave: (): Promise<string> => {
    throw new Error('nobody leaves messages here');
  },
};

export function caller({ clinic, bookings, phone, now, offered = [] }: CallerSetting): Caller {
  const conversationId = randomUUID();
  let dealings: Dealings = deal(NO_DEALINGS, { type: 'offered', slots: offered, exact: null });
  return {
    conversationId,
    offers: () => dealings.offers.latest.length,
    async use(tool, args) {
      dealings = callerSpoke(dealings);
      const context = {
        clinic,
        conversationId,
        channel: 'voice',
        callerPhone: phone,
        dealings,
        bookings,
        messages,
        now,
      } as const;
      const broken: unknown[] = [];
      const { answer, changes } = await useTool(tool, JSON.stringify(args), context, (_tool, _code, error) =>
        broken.push(error),
      );
      if (broken.length > 0) throw broken[0];
      dealings = changes.reduce(deal, dealings);
      return answer;
    },
  };
}

/** The number that a caller calls from. History's customers have others, of which every second caller has one. */
export function phoneOf(n: number): string {
  return n % 2 === 0 ? `+1917${5_000_001 + (n % 500)}` : `+1212${2_000_000 + n}`;
}
