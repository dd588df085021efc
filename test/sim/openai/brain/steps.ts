/** What comes next on the way to a goal: one question to the caller, or one tool. */
import type { Goal } from './intent.ts';
import type { Memory } from './memory.ts';
import type { Toolbox } from './toolbox.ts';

export type Question =
  | 'service'
  | 'when'
  | 'choose'
  | 'name'
  | 'phone'
  | 'email'
  | 'which'
  | 'whose'
  | 'confirm'
  | 'message';
export type Step = Question | 'check' | 'find' | 'commit' | 'idle';

/** The tool that brings a goal about. */
export const COMMIT_TOOLS = {
  book: 'book_appointment',
  reschedule: 'reschedule_appointment',
  cancel: 'cancel_appointment',
  waitlist: 'join_waitlist',
  message: 'take_message',
  find: 'find_appointments',
} as const;

export function nextStep(memory: Memory, tools: Toolbox): Step {
  return memory.goal === undefined ? 'idle' : ROUTES[memory.goal](memory, tools);
}

const ROUTES: Readonly<Record<Goal, (memory: Memory, tools: Toolbox) => Step>> = {
  book: (memory, tools) => timeStep(memory) ?? personStep(memory, tools) ?? 'commit',
  reschedule: (memory) => appointmentStep(memory) ?? timeStep({ ...memory, service: serviceMoved(memory) }) ?? 'commit',
  cancel: (memory) => appointmentStep(memory) ?? (memory.cancelConfirmed ? 'commit' : 'confirm'),
  find: () => 'find',
  waitlist: (memory, tools) =>
    memory.service === undefined ? 'service' : (personStep({ ...memory, emailSettled: true }, tools) ?? 'commit'),
  message: (memory, tools) =>
    personStep({ ...memory, emailSettled: true }, tools) ?? (memory.message === undefined ? 'message' : 'commit'),
};

/** What a moved appointment is for; a clinic that does not say is asked about what the caller called it. */
export function serviceMoved(memory: Memory): string | undefined {
  return memory.appointment?.service ?? memory.service ?? 'appointment';
}

function timeStep(memory: Memory): Step | undefined {
  if (memory.service === undefined) return 'service';
  if (!memory.checked) return memory.when === undefined && !memory.anyTime ? 'when' : 'check';
  return memory.chosen === undefined ? 'choose' : undefined;
}

function appointmentStep(memory: Memory): Step | undefined {
  if (memory.appointment !== undefined) return undefined;
  if (memory.appointments === undefined) return 'find';
  return memory.appointments.length === 0 ? 'whose' : 'which';
}

function personStep(memory: Memory, tools: Toolbox): Step | undefined {
  const tool = COMMIT_TOOLS[memory.goal ?? 'book'];
  if (memory.name === undefined) return 'name';
  const phoneMatters = tools.requires(tool, 'customer_phone') || tools.isToldToAskFor('phone');
  if (phoneMatters && memory.phone === undefined && !memory.phoneSettled) return 'phone';
  if (!memory.emailSettled && memory.email === undefined && tools.takes(tool, 'customer_email')) return 'email';
  return undefined;
}
