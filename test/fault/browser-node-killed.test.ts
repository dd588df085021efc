/** A node that is killed under a caller in a browser: what counts is what they heard, and the rows. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { BrowserCaller } from '../sim/browser/caller.ts';
import { until } from '../support/ava.ts';
import { BOOKED, DETAILS, GOODBYE, GREETED, NAME_ASKED, WISH } from '../support/talk.ts';
import { openCluster, type WrittenConversation } from './cluster.ts';

const LIMIT_MS = 150_000;
const ANSWER_MS = 30_000;
/** Into a sentence that takes over a second to say. */
const MIDDLE_MS = 400;

/** Waits until the caller has heard this, in what they have heard from the `from`th character on. */
async function hears({ person }: BrowserCaller, what: RegExp, from = 0): Promise<void> {
  await until(`${what} to be heard`, ANSWER_MS, () => (what.test(person.heardText.slice(from)) ? true : undefined));
}

/** Resolves in the middle of the sentence that is being said. */
async function middle({ person: { line } }: BrowserCaller): Promise<void> {
  const from = line.nowMs;
  await until('half a sentence to be said', ANSWER_MS, () => (line.nowMs > from + MIDDLE_MS ? true : undefined));
  expect(line.mic.busy).toBe(true);
}

const wordsOf = ({ turns }: WrittenConversation, role: string): string[] =>
  turns.filter((turn) => turn.role === role).map(({ text }) => text);

describe('a node that is killed with a caller in a browser', () => {
  it('loses no word, neither theirs nor hers, and books once', { timeout: LIMIT_MS }, async (context) => {
    const cluster = await openCluster(context);
    const caller = cluster.browse(randomUUID());
    context.onTestFinished(() => caller.person.hangUp());
    await hears(caller, GREETED);
    const { conversationId: id } = caller;

    const wished = caller.person.say(WISH);
    await middle(caller);
    cluster.killOwner(id);
    await wished;
    await hears(caller, NAME_ASKED);

    const from = caller.person.heardText.length;
    await caller.person.say(DETAILS);
    await hears(caller, /You're booked/, from);
    cluster.killOwner(id);
    await hears(caller, /anything else .*\?/, from);
    const answer = caller.person.heardText.slice(from);

    await caller.person.say(GOODBYE);
    expect(await caller.over).toBe(1000);
    const record = await cluster.recordOfConversation(id);
    expect([record.outcome, record.booked, caller.heard.outcome]).toEqual([
      'appointment_scheduled',
      1,
      'appointment_scheduled',
    ]);
    expect(wordsOf(record, 'customer')).toEqual([WISH, DETAILS, GOODBYE]);
    const [first = '', rest = ''] = wordsOf(record, 'assistant').slice(-3, -1);
    expect(`${first} ${rest}`).toMatch(BOOKED);
    // All of it was heard, and around the break a few words twice at most.
    const before = answer.slice(answer.indexOf("You're"), answer.lastIndexOf(rest)).trim();
    expect([before, `${first} ${rest}`]).toEqual([expect.stringContaining(first), expect.stringContaining(before)]);
    expect(caller.receiver.of('session').map((each) => [each['conversation_id'], each['resumed']])).toEqual([
      [id, false],
      [id, true],
      [id, true],
    ]);
    await cluster.sessionsGone();
  });
});
