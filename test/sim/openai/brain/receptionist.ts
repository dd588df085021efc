/**
 * The rule-based receptionist: books, moves and cancels appointments with whatever tools the session gives her, by their
 * schemas and answers. Pure: every reply folds the whole conversation anew, so she can be moved to another session
 * between any two sentences.
 */
import { withUtterance } from './absorb.ts';
import { offersMessage, withAnswer } from './answers.ts';
import type { Brain, BrainCall, BrainContext, BrainItem, BrainReply } from './brain.ts';
import { asksForAdvice } from './intent.ts';
import { BLANK, type Memory } from './memory.ts';
import { isInSpanish, spanishReply } from './spanish.ts';
import { callFor, questionFor } from './speech-acts.ts';
import { nextStep, type Step } from './steps.ts';
import { Toolbox } from './toolbox.ts';
import { goOnAfter, restAfter, verbatimOf } from './verbatim.ts';

const NO_ADVICE =
  "I'm sorry, I'm not able to give medical advice. Would you like to book a consultation, or speak to our staff?";

export const receptionist: Brain = {
  name: 'receptionist',
  reply(context) {
    const ordered = orderedSentence(context);
    if (ordered !== undefined) return { say: ordered };
    const rest = restOfSentence(context);
    if (rest !== undefined) return rest;
    const tools = new Toolbox(context.tools, context.sessionInstructions);
    if (isInSpanish(context)) return spanishReply(context, tools);
    const reply = answer(context, recall(context.items, tools), tools);
    return withForcedTool(reply, context, tools);
  },
};

/** What has been understood so far. */
export function recall(items: readonly BrainItem[], tools: Toolbox): Memory {
  const called = new Map<string, string>();
  let memory = BLANK;
  for (const item of items) {
    if (item.kind === 'call') called.set(item.callId, item.name);
    else if (item.kind === 'output') memory = withAnswer(memory, called.get(item.callId) ?? '', item.output);
    else if (item.kind === 'caller' && item.audible) memory = withUtterance(memory, item.text, tools);
    else if (item.kind === 'system') memory = withNote(memory, item.text);
    // Said by rule, perhaps, and not by her: the caller's yes is an answer to it all the same.
    else if (item.kind === 'assistant' && offersMessage(item.text)) memory = { ...memory, instead: 'message' };
  }
  return memory;
}

/** Heeds a note between the turns that the chosen time is gone: what there is must be looked up anew. */
function withNote(memory: Memory, text: string): Memory {
  if (!/\b(?:taken|no longer (?:free|available))\b/i.test(text) || memory.chosen === undefined) return memory;
  const { chosen: _gone, proposed: _neither, ...left } = memory;
  return { ...left, checked: false, offers: [], news: ["I'm sorry, that time was just taken."] };
}

function answer(context: BrainContext, memory: Memory, tools: Toolbox): BrainReply {
  const last = context.items.findLast((item) => item.kind !== 'system');
  const step = nextStep(memory, tools);
  switch (last?.kind) {
    case undefined:
      return { say: 'Thank you for calling. How can I help you today?' };
    case 'caller':
      if (tools.isToldToGiveNoAdvice && asksForAdvice(last.text)) return { say: NO_ADVICE };
      if (!last.audible) return { say: "I'm sorry, I didn't catch that. Could you say that again, please?" };
      return act(memory, step, tools);
    case 'output':
      return tellNews(memory, step, tools);
    case 'call':
      return { say: 'One moment, please.' };
    case 'assistant':
    default:
      return goOn(context, memory, step, tools);
  }
}

/** A sentence that broke off goes on: what she would have said to what came before it, without its first words. */
function restOfSentence(context: BrainContext): BrainReply | undefined {
  const [said, note] = context.items.slice(-2);
  const words = note?.kind === 'system' ? goOnAfter(note.text) : undefined;
  if (words === undefined || said?.kind !== 'assistant') return undefined;
  const whole = receptionist.reply({ ...context, items: context.items.slice(0, -2) });
  return { ...whole, say: restAfter(whole.say ?? '', words) };
}

function act(memory: Memory, step: Step, tools: Toolbox): BrainReply {
  if (memory.staffWanted) {
    const calls = offer(tools, 'transfer_to_staff', { reason: 'The caller asked for a person.' });
    if (calls === undefined) return { say: "I'm sorry, nobody is free right now. Would you like to leave a message?" };
    return { say: "Of course, I'll put you through to our staff.", calls };
  }
  if (memory.closing) {
    return {
      say: 'Thank you for calling. Goodbye!',
      calls: offer(tools, 'end_call', { reason: 'The caller said goodbye.' }),
    };
  }
  if (memory.questions.length > 0) {
    const calls = memory.questions.flatMap(({ topic }) => offer(tools, 'get_clinic_info', { topic }) ?? []);
    return calls.length === 0
      ? { say: "I'm afraid I can't look that up. Can I help you with an appointment?" }
      : { calls };
  }
  return proceed(memory, step, tools, []);
}

/** The next tool where one is due, else the next question after what there is to say first. */
function proceed(memory: Memory, step: Step, tools: Toolbox, first: readonly string[]): BrainReply {
  const call = callFor(memory, step, tools);
  if (call === undefined) return { say: [...first, questionFor(memory, step)].filter((part) => part !== '').join(' ') };
  if (tools.has(call.name)) return { calls: [call] };
  return { say: [...first, "I'm sorry, I can't do that myself. Would you like to speak to our staff?"].join(' ') };
}

function tellNews(memory: Memory, step: Step, tools: Toolbox): BrainReply {
  if (memory.ended) return {};
  if (memory.stuck) return { say: memory.news.join(' ') };
  return proceed(memory, step, tools, memory.news);
}

/** Asked to speak though nobody else has: what still waits to be told or asked. */
function goOn(context: BrainContext, memory: Memory, step: Step, tools: Toolbox): BrainReply {
  if (/\b(?:repeat|say (?:it|that) again|did(?:n't| not) (?:hear|catch))\b/i.test(context.responseInstructions ?? '')) {
    return { say: "I'm sorry, I didn't catch that. Could you say that again, please?" };
  }
  if (context.items.every((item) => item.kind !== 'caller')) return { say: 'How can I help you today?' };
  return memory.ended || memory.closing ? {} : act({ ...memory, puzzled: false }, step, tools);
}

/** Instructions to say a sentence word for word: those of the response, or of a session that nobody has spoken in yet. */
function orderedSentence(context: BrainContext): string | undefined {
  const { responseInstructions, sessionInstructions, items } = context;
  const last = items.at(-1);
  const ordered = verbatimOf(responseInstructions);
  if (ordered !== undefined) return ordered;
  if (last?.kind === 'system' || last?.kind === 'caller') {
    const asked = verbatimOf(last.text);
    if (asked !== undefined) return asked;
  }
  const isUntouched = items.every((item) => item.kind === 'system');
  return isUntouched && responseInstructions === undefined ? verbatimOf(sessionInstructions) : undefined;
}

function offer(
  tools: Toolbox,
  name: string,
  known: Readonly<Record<string, string | undefined>>,
): readonly BrainCall[] | undefined {
  return tools.has(name) ? [{ name, arguments: tools.argumentsFor(name, known) }] : undefined;
}

/** A model that must call a tool does, whatever it would rather say. */
function withForcedTool(reply: BrainReply, context: BrainContext, tools: Toolbox): BrainReply {
  const { toolChoice } = context;
  if (typeof toolChoice === 'string' || reply.calls?.some((call) => call.name === toolChoice.name) === true)
    return reply;
  const memory = recall(context.items, tools);
  const { service, when, provider, name, phone, email } = memory;
  const known = { service, when, provider, customer_name: name, customer_phone: phone, customer_email: email };
  return { calls: [{ name: toolChoice.name, arguments: tools.argumentsFor(toolChoice.name, known) }] };
}
