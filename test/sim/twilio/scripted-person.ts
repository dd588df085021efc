/** Puts a script at a phone: what it hears and when goes in, what it decides is done. */
import { type CallerScript, type ScriptInput, startScript, stepScript } from '../callers/script.ts';
import type { Call, Person } from './call.ts';

/** What of a call is in somebody's hands. */
type InHand = Pick<Call, 'say' | 'hush' | 'press' | 'hangUp' | 'line'>;

export function scriptedPerson(call: InHand, script: CallerScript, pace: number): Person {
  let state = startScript();
  const step = (input: ScriptInput): void => {
    const next = stepScript(script, state, input, pace);
    state = next.state;
    for (const act of next.acts) {
      if ('hangUp' in act) call.hangUp();
      else if ('press' in act) call.press(act.press);
      else {
        if (act.breakOff) call.hush();
        void call.say(act.say);
      }
    }
  };
  return {
    onWord: ({ word, toMs }) => {
      if (word !== '') step({ type: 'heard', word, nowMs: toMs, speaking: call.line.mic.busy });
    },
    onMoment: (nowMs, quietMs) => step({ type: 'moment', nowMs, quietMs, speaking: call.line.mic.busy }),
  };
}
