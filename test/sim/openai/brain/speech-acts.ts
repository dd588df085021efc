/** The one thing to do at each step: the tool to call with what is known, or the question to ask. */
import { described, spokenOffers } from './answers.ts';
import type { BrainCall } from './brain.ts';
import type { Memory } from './memory.ts';
import { COMMIT_TOOLS, type Step, serviceMoved } from './steps.ts';
import type { Toolbox } from './toolbox.ts';

/** The call that is due, or undefined where the caller has to be asked. */
export function callFor(memory: Memory, step: Step, tools: Toolbox): BrainCall | undefined {
  const { service, when, provider, name, phone, email, chosen, appointment, message } = memory;
  const person = { customer_name: name, customer_phone: phone };
  const call = (tool: string, known: Readonly<Record<string, string | undefined>>): BrainCall => ({
    name: tool,
    arguments: tools.argumentsFor(tool, known),
  });
  if (step === 'find') return call('find_appointments', person);
  if (step === 'check') {
    const wanted = memory.goal === 'reschedule' ? serviceMoved(memory) : service;
    const moved = memory.goal === 'reschedule' ? appointment?.id : undefined;
    return call('check_availability', { service: wanted, when, provider, appointment_id: moved });
  }
  if (step !== 'commit' || memory.goal === undefined) return undefined;
  const slot = { slot_id: chosen, appointment_id: appointment?.id };
  return call(COMMIT_TOOLS[memory.goal], { ...person, ...slot, customer_email: email, service, provider, message });
}

export function questionFor(memory: Memory, step: Step): string {
  const sorry = memory.puzzled && step !== 'idle' ? "I'm sorry, I didn't quite get that. " : '';
  return sorry + QUESTIONS[step](memory);
}

const QUESTIONS: Readonly<Record<Step, (memory: Memory) => string>> = {
  service: () => 'Which service would you like?',
  when: ({ goal }) =>
    goal === 'reschedule' ? 'What day and time would you like instead?' : 'What day and time would you like?',
  choose: chooseQuestion,
  name: () => 'May I have your full name, please?',
  phone: () => 'What is the best phone number to reach you?',
  email: () => 'What email address should I send the confirmation to?',
  which: ({ appointments = [] }) => `You have ${appointments.map(described).join('; and ')}. Which one do you mean?`,
  whose: () => "I couldn't find an appointment for you. What name and phone number is it under?",
  confirm: () => 'Shall I cancel it for you?',
  message: () => 'What would you like me to pass on?',
  idle: idleQuestion,
  check: () => 'One moment, please.',
  find: () => 'One moment, please.',
  commit: () => 'One moment, please.',
};

function chooseQuestion(memory: Memory): string {
  const untold = memory.news.length === 0;
  const offers = untold ? `I have ${spokenOffers(memory.offers)}. ` : '';
  return memory.offers.length === 1 ? `${offers}Would that work for you?` : `${offers}Which of those would you like?`;
}

function idleQuestion(memory: Memory): string {
  if (memory.served || memory.news.length > 0) return 'Is there anything else I can help you with?';
  if (memory.puzzled)
    return 'I can help you with booking, moving or cancelling an appointment. What would you like to do?';
  return 'How can I help you today?';
}
