/** What a caller's words add to the memory, read in the light of what was asked. */
import { changesMind, type Goal, goalOf, questionsIn, wantsStaff } from './intent.ts';
import { type Instead, type Memory, withNewGoal, withNewTime } from './memory.ts';
import { chosenSlot, type Slot } from './slots.ts';
import { nextStep, type Step } from './steps.ts';
import type { Toolbox } from './toolbox.ts';
import {
  dayWords,
  emailWords,
  hasTimeOfDay,
  introducedName,
  isAnyTime,
  isGoodbye,
  isNo,
  isThanks,
  isYes,
  nameWords,
  phoneWords,
  providerWords,
  serviceWords,
  whenWords,
} from './words.ts';

const ABOUT_TIME: readonly Step[] = ['choose', 'name', 'phone', 'email', 'commit'];

export function withUtterance(before: Memory, said: string, tools: Toolbox): Memory {
  const text = said.replaceAll('’', "'");
  const step = nextStep(before, tools);
  const memory: Memory = {
    ...before,
    news: [],
    stuck: false,
    puzzled: false,
    questions: [],
    instead: undefined,
    ended: false,
    name: introducedName(text) ?? before.name,
  };
  if (wantsStaff(text)) return { ...memory, staffWanted: true };
  if (step === 'message') return isGoodbye(text) ? { ...memory, closing: true } : { ...memory, message: text };
  if (before.instead !== undefined && isYes(text)) return accepted(memory, before.instead);
  if (before.instead !== undefined && isNo(text)) return { ...withNewGoal(memory, undefined), served: true };
  if (isGoodbye(text)) return { ...memory, closing: true };
  const goal = goalMeant(memory, text, step);
  const questions = questionsIn(text);
  if (
    questions.length > 0 &&
    (goal === undefined || goal === 'book') &&
    !/\b(?:book|schedule|appointment)\b/i.test(text)
  ) {
    return { ...memory, questions };
  }
  if (goal !== undefined && goal !== memory.goal) return withWish(withNewGoal(memory, goal), text);
  if (memory.goal === undefined) return withoutGoal(memory, text);
  return withReply(memory, text, step);
}

/** The goal that the words mean, given where the conversation is: "change the time" while booking is no rescheduling. */
function goalMeant(memory: Memory, text: string, step: Step): Goal | undefined {
  const goal = goalOf(text);
  if (memory.goal === undefined || goal === undefined) return goal;
  if (goal === 'reschedule' && memory.goal === 'book') return 'book';
  if (goal === 'cancel' && memory.goal === 'book' && !/\bmy\b/i.test(text)) return undefined;
  if (goal === 'book' && memory.goal !== 'find' && !/\bbook (?:a|an|another)\b/i.test(text)) return memory.goal;
  return step === 'confirm' || step === 'which' ? memory.goal : goal;
}

/** The first words of a wish often say it all: service, person, day and time. */
function withWish(memory: Memory, text: string): Memory {
  const wish = text.replace(/\bto (?=(?:reschedule|cancel|book|move|change)\b)/i, '');
  return {
    ...memory,
    service: serviceWords(wish),
    provider: providerWords(text),
    when: memory.goal === 'cancel' ? undefined : whenWords(text),
    anyTime: isAnyTime(text),
    message: memory.goal === 'message' ? dictated(text) : undefined,
  };
}

function withoutGoal(memory: Memory, text: string): Memory {
  if (isNo(text) || (memory.served && isThanks(text))) return { ...memory, closing: true };
  const service = serviceWords(text);
  const isWish = service !== undefined && (whenWords(text) !== undefined || providerWords(text) !== undefined);
  return isWish ? withWish({ ...memory, goal: 'book' }, text) : { ...memory, puzzled: !isThanks(text) };
}

function withReply(memory: Memory, text: string, step: Step): Memory {
  if (memory.goal === 'book' && /\bcancel (?:that|it|this)\b|\bforget it\b/i.test(text))
    return withNewGoal(memory, undefined);
  const details = withDetails(memory, text);
  if (step === 'choose' || (ABOUT_TIME.includes(step) && speaksOfTime(text))) return withChoice(details, text);
  switch (step) {
    case 'service':
      return withService(details, text);
    case 'when':
      return withTime(details, text);
    case 'name':
    case 'whose':
      return withName(details, text, step);
    case 'phone':
      return withPhone(details, text);
    case 'email':
      return { ...details, emailSettled: true };
    case 'which':
      return withAppointment(details, text);
    case 'confirm':
      return isYes(text)
        ? { ...details, cancelConfirmed: true }
        : isNo(text)
          ? { ...withNewGoal(details, undefined), served: true }
          : { ...details, puzzled: true };
    case 'check':
    case 'commit':
    case 'find':
    case 'idle':
    case 'message':
    default:
      return isNo(text) ? { ...withNewGoal(details, undefined), served: true } : details;
  }
}

/** Numbers and addresses are what they are, whatever was asked. */
function withDetails(memory: Memory, text: string): Memory {
  return { ...memory, phone: phoneWords(text) ?? memory.phone, email: emailWords(text) ?? memory.email };
}

function speaksOfTime(text: string): boolean {
  return changesMind(text) && (whenWords(text) !== undefined || /\b(?:day|time)\b/i.test(text));
}

function withService(memory: Memory, text: string): Memory {
  const service = serviceWords(text);
  if (service === undefined) return { ...memory, puzzled: true };
  return { ...memory, service, when: memory.when ?? whenWords(text), provider: memory.provider ?? providerWords(text) };
}

function withTime(memory: Memory, text: string): Memory {
  const when = whenWords(text);
  const provider = providerWords(text) ?? memory.provider;
  if (when !== undefined) return { ...memory, when, provider };
  if (isAnyTime(text) || (isYes(text) && memory.goal === 'reschedule')) return { ...memory, anyTime: true, provider };
  return { ...memory, provider, puzzled: true };
}

/** A choice among what was offered; or another wish, which is the only thing that leads to another check. */
function withChoice(memory: Memory, text: string): Memory {
  const slot = asksForAnotherDay(memory, text) ? undefined : chosenSlot(text, memory.offers);
  if (slot !== undefined) return { ...memory, chosen: slot.id };
  if (memory.proposed !== undefined && isYes(text)) return { ...memory, chosen: memory.proposed };
  const when = whenWords(text);
  if (when !== undefined) return withNewTime(memory, onSameDay(memory, text, when));
  const provider = providerWords(text);
  if (provider !== undefined && provider !== memory.provider) return { ...withNewTime(memory, memory.when), provider };
  if (isNo(text) || changesMind(text)) return withNewTime(memory, undefined);
  return { ...memory, puzzled: true };
}

function asksForAnotherDay(memory: Memory, text: string): boolean {
  const day = dayWords(text)?.toLowerCase();
  if (day === undefined || (day.endsWith('day') && day !== 'today')) return false;
  return day !== dayWords(memory.when ?? '')?.toLowerCase();
}

/** "At 3 then" means the day that was spoken of. */
function onSameDay(memory: Memory, text: string, when: string): string {
  const day = dayWords(memory.when ?? '');
  return day === undefined || dayWords(text) !== undefined || !hasTimeOfDay(text) ? when : `${day} ${when}`;
}

function withName(memory: Memory, text: string, step: Step): Memory {
  const name = nameWords(text) ?? introducedName(text);
  if (name !== undefined) {
    return step === 'whose' ? { ...memory, name, appointments: undefined } : { ...memory, name };
  }
  if (isNo(text)) return step === 'whose' ? withNewGoal(memory, undefined) : withNewTime(memory, undefined);
  return { ...memory, puzzled: !isYes(text) };
}

function withPhone(memory: Memory, text: string): Memory {
  if (memory.phone !== undefined) return memory;
  const isThisOne = /\b(?:this|same|calling from|the one)\b/i.test(text) || isNo(text);
  return isThisOne ? { ...memory, phoneSettled: true } : { ...memory, puzzled: true };
}

function withAppointment(memory: Memory, text: string): Memory {
  const all = memory.appointments ?? [];
  const asSlots: Slot[] = all.map(({ id, spoken, startsAt }) => ({ id, spoken, startsAt }));
  const chosen = chosenSlot(text, asSlots)?.id;
  const named = all.find((one) => one.service !== undefined && text.toLowerCase().includes(one.service.toLowerCase()));
  const appointment = all.find((one) => one.id === chosen) ?? named;
  return appointment === undefined ? { ...memory, puzzled: true } : { ...memory, appointment };
}

function accepted(memory: Memory, instead: Instead): Memory {
  if (instead === 'staff') return { ...memory, staffWanted: true };
  if (instead === 'message') return withNewGoal(memory, 'message');
  const { service, when, name } = memory;
  const wish = [service, when].filter(Boolean).join(', ');
  const message = wish === '' ? 'Please call back.' : `Please call back about: ${wish}.`;
  return { ...withNewGoal(memory, 'message'), name, message };
}

/** The message inside a wish to leave one: what follows "that" or a colon. */
function dictated(text: string): string | undefined {
  return /\bmessage\b[^:]*?(?::|\b(?:that|saying)\b)\s*(\S.{3,})$/i.exec(text)?.[1];
}
