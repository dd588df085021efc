/** What has been understood of a conversation so far: a value, folded from its items and thrown away after each reply. */
import type { Goal, Topic } from './intent.ts';
import type { Slot } from './slots.ts';

export interface Appointment {
  readonly id: string;
  readonly spoken: string;
  readonly service?: string;
  readonly startsAt?: string;
}

/** A message of the caller's own words, or one that only asks to be called back. */
export type Instead = 'callback' | 'message' | 'staff';

export interface Memory {
  readonly goal?: Goal;
  readonly service?: string;
  /** The caller's own words for day and time. */
  readonly when?: string;
  readonly anyTime: boolean;
  readonly provider?: string;
  /** Whether what is asked for has been checked: then `offers` are what there is. */
  readonly checked: boolean;
  readonly offers: readonly Slot[];
  /** The one of the offers that a yes would mean. */
  readonly proposed?: string;
  /** A slot, or the caller's words for one that only the tool can place. */
  readonly chosen?: string;
  readonly name?: string;
  readonly phone?: string;
  readonly phoneSettled: boolean;
  readonly email?: string;
  readonly emailSettled: boolean;
  /** Undefined until looked up. */
  readonly appointments?: readonly Appointment[];
  readonly appointment?: Appointment;
  readonly cancelConfirmed: boolean;
  readonly message?: string;
  /** Asked about the clinic and not answered yet, in the order in which they were asked. */
  readonly questions: readonly { readonly topic: Topic; readonly words: string }[];
  readonly staffWanted: boolean;
  readonly closing: boolean;
  readonly ended: boolean;
  /** What was offered instead, if the caller says yes. */
  readonly instead?: Instead;
  /** What the answers of tools since the caller last spoke come down to. */
  readonly news: readonly string[];
  /** A tool failed: nothing is tried again before the caller has spoken. */
  readonly stuck: boolean;
  /** The caller's last words were no answer to what was asked. */
  readonly puzzled: boolean;
  /** Something was brought to an end in this call. */
  readonly served: boolean;
}

export const BLANK: Memory = {
  anyTime: false,
  checked: false,
  offers: [],
  phoneSettled: false,
  emailSettled: false,
  cancelConfirmed: false,
  questions: [],
  staffWanted: false,
  closing: false,
  ended: false,
  news: [],
  stuck: false,
  puzzled: false,
  served: false,
};

/** A new wish keeps who the caller is and forgets what the last one was about. */
export function withNewGoal(memory: Memory, goal: Goal | undefined): Memory {
  const { name, phone, phoneSettled, email, emailSettled, news, served } = memory;
  return { ...BLANK, goal, name, phone, phoneSettled, email, emailSettled, news, served };
}

/** Another time is wanted: what was found and chosen for the old one goes. */
export function withNewTime(memory: Memory, when: string | undefined): Memory {
  return { ...memory, when, anyTime: false, checked: false, offers: [], proposed: undefined, chosen: undefined };
}
