/** Phones that the product dials: they ring, and are answered or not, by their configured behaviour. */
import type { Call } from './call.ts';
import type { DialledPhone, RingOutcome } from './environment.ts';
import type { StaffBehaviour } from './options.ts';
import { scriptedPerson } from './scripted-person.ts';
import { pause } from './waiting.ts';

const ANSWER_MS = 1_000;
const BUSY_TONE_MS = 100;

/** Rings the phone until it is answered, refuses, `timeoutMs` have passed, or the call is over. */
export function ringPhone(call: Call, behaviour: StaffBehaviour, timeoutMs: number, pace: number): DialledPhone {
  let whispered = false;
  return {
    call,
    outcome: ring(call, behaviour, timeoutMs, pace),
    onWhispered: () => {
      if (behaviour.kind !== 'answers' || behaviour.acceptDigits === undefined || whispered) return;
      whispered = true;
      call.press(behaviour.acceptDigits);
    },
    onConnected: () => {
      if (behaviour.kind === 'answers' && behaviour.greeting !== undefined) void call.say(behaviour.greeting);
      if (behaviour.script !== undefined) call.person = scriptedPerson(call, behaviour.script, pace);
    },
  };
}

async function ring(call: Call, behaviour: StaffBehaviour, timeoutMs: number, pace: number): Promise<RingOutcome> {
  call.setStatus('initiated');
  if (behaviour.kind !== 'failed') call.setStatus('ringing');
  const refused = await refusal(call, behaviour, timeoutMs, pace);
  if (call.isOver) return 'canceled';
  if (refused !== undefined) {
    call.finish(refused, { by: 'phone' });
    return refused;
  }
  call.answer();
  if (behaviour.kind === 'machine') void call.say(behaviour.greeting);
  return 'answered';
}

/** Why it was not answered, once that is clear; undefined when it was. */
async function refusal(
  call: Call,
  behaviour: StaffBehaviour,
  timeoutMs: number,
  pace: number,
): Promise<'busy' | 'no-answer' | 'failed' | undefined> {
  if (behaviour.kind === 'failed') return 'failed';
  if (behaviour.kind === 'busy') {
    await pause(BUSY_TONE_MS / pace, call.overSignal);
    return 'busy';
  }
  const answerMs = behaviour.kind === 'no-answer' ? Number.POSITIVE_INFINITY : (behaviour.afterMs ?? ANSWER_MS / pace);
  await pause(Math.min(answerMs, timeoutMs), call.overSignal);
  return answerMs > timeoutMs ? 'no-answer' : undefined;
}
