/** A thread of text messages on a terminal: what the customer writes, whoever they are, and what comes back. */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PhoneNetwork } from './phone-network.ts';
import type { Screen } from './screen.ts';

const POLL_MS = 100;
/** How long an answer may take before the next message is written all the same. */
const ANSWER_MS = 30_000;

export interface TextPlace {
  readonly network: PhoneNetwork;
  readonly screen: Screen;
  readonly from: string;
  readonly to: string;
}

/** What the customer writes next, once they have read the latest answers; null where they are done. */
export type CustomerWords = (answers: readonly string[]) => Promise<string | null>;

/** Has the customer write and shows what comes, until they are done. */
export async function textThread({ network, screen, from, to }: TextPlace, next: CustomerWords): Promise<void> {
  const startedAt = Date.now();
  const seen = new Set((await network.texts()).map(({ sid }) => sid));
  const arrived = async (): Promise<string[]> => {
    const fresh = (await network.texts()).filter((message) => message.to === from && !seen.has(message.sid));
    for (const { sid, body } of fresh) {
      seen.add(sid);
      screen.text(Date.now() - startedAt, 'Ava', body);
    }
    return fresh.map(({ body }) => body);
  };
  let answers: string[] = [];
  for (let words = await next(answers); words !== null; words = await next(answers)) {
    screen.text(Date.now() - startedAt, 'Caller', words);
    await network.text({ from, to, body: words });
    const deadline = Date.now() + ANSWER_MS;
    answers = [];
    while (answers.length === 0 && Date.now() < deadline) {
      await sleep(POLL_MS);
      answers = await arrived();
    }
  }
}

/** What somebody types, a line a message, until `/end` or the end of the input. */
export function typedWords(): CustomerWords {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  return async () => {
    const { value, done } = await lines.next();
    return done || value.trim() === '/end' ? null : value;
  };
}

/** What somebody who wants an appointment answers to which question; the first that fits. */
const BOOKING: readonly (readonly [question: RegExp, answer: string])[] = [
  [/what day|which day|day and time/i, 'Next Tuesday around 11 AM'],
  [/full name/i, 'Jordan Lee'],
  [/phone number/i, 'This number is fine'],
  [/email/i, 'jordan.lee@example.com'],
  [/you're booked/i, "No, that's all. Thank you, goodbye!"],
  [/which of those/i, 'The first one works'],
  [/\?/, '11 AM works'],
];
const MOST_MESSAGES = 12;

/** The thread of golden path 5. */
export function bookingWords(): CustomerWords {
  let written = 0;
  return (answers) => {
    written += 1;
    if (written === 1) return Promise.resolve('Hi, I need a laser hair removal appointment');
    const asked = answers.join(' ');
    const answer = BOOKING.find(([question]) => question.test(asked))?.[1] ?? null;
    return Promise.resolve(written > MOST_MESSAGES ? null : answer);
  };
}
