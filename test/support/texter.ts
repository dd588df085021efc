/** Somebody who writes text messages on a simulated phone, and waits for the answers. */
import type { TwilioSim } from '../sim/twilio/server.ts';
import { until } from './ava.ts';

export interface Texter {
  readonly phone: string;
  /** Sends these, one right after the other, and resolves with the next message that comes. */
  writes(...bodies: readonly string[]): Promise<string>;
  /** Everything that came, in order. */
  received(): readonly string[];
}

const ANSWER_MS = 15_000;

export function texter(twilio: TwilioSim, phone: string, clinic: string): Texter {
  const received = (): string[] =>
    twilio.messages
      .filter(({ to, direction, automatic }) => to === phone && direction === 'outbound-api' && !automatic)
      .map(({ body }) => body);
  return {
    phone,
    received,
    async writes(...bodies) {
      const before = received().length;
      for (const body of bodies) await deliver(twilio, { from: phone, to: clinic, body });
      return until(`an answer to ${JSON.stringify(bodies)}`, ANSWER_MS, () => received()[before]);
    },
  };
}

/** What could not be stored in time is sent again, as the carrier does. */
async function deliver(twilio: TwilioSim, message: Parameters<TwilioSim['sendSms']>[0]): Promise<void> {
  const { sid, status } = await twilio.sendSms(message);
  if (status === 503) return deliver(twilio, { ...message, messageSid: sid });
  if (status !== 200) throw new Error(`the webhook answered ${status}`);
}

/** What somebody answers to which question; the first that fits. */
export type Answers = readonly (readonly [question: RegExp, answer: string])[];

const MOST_TURNS = 14;

/** Writes `first`, then answers what is asked until `done` comes; resolves with the last message. */
export async function converse(who: Texter, first: string, answers: Answers, done: RegExp): Promise<string> {
  let asked = await who.writes(first);
  for (let turn = 0; turn < MOST_TURNS && !done.test(asked); turn += 1) {
    const answer = answers.find(([question]) => question.test(asked))?.[1];
    if (answer === undefined) throw new Error(`no answer to ${JSON.stringify(asked)}`);
    asked = await who.writes(answer);
  }
  if (!done.test(asked)) throw new Error(`it came to nothing:\n${who.received().join('\n')}`);
  return asked;
}
