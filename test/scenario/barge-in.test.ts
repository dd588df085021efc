/** Sounds of the caller's while Ava speaks: she stops for words that ask for something, and goes on after a cough or a nod. */
import { describe, expect, it, type TestContext } from 'vitest';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva } from '../support/ava.ts';
import { expectWholeRecord, GOODBYE, GREETED, hears } from '../support/talk.ts';

const LIMIT_MS = 90_000;
const OPEN = '2026-11-23T15:00:00Z';
/** Nearly human pace: words last long enough to be spoken into on a busy machine. */
const PACE = 1.5;
const HOURS =
  "We're open Monday to Saturday 9 AM to 6 PM; Sunday 10 AM to 4 PM. Is there anything else I can help you with?";
const ANSWER_MS = 20_000;

/** A call in which Ava is in the middle of telling the hours. */
async function amidTheHours(context: TestContext): Promise<{ ava: AvaStand; call: Call; from: number }> {
  const ava = await startAva({ at: OPEN, pace: PACE });
  context.onTestFinished(() => ava.stop());
  const call = ava.place(undefined, { from: '+15550107777' });
  await hears(call, GREETED);
  const from = call.heard.length;
  await call.say('What are your opening hours?');
  await call.waitFor(/We're open Monday/, ANSWER_MS, from);
  return { ava, call, from };
}

function heardFrom(call: Call, from: number): string[] {
  return call.heard.slice(from).flatMap(({ word }) => (word === '' ? [] : [word]));
}

/** How many words of a sentence were not heard, if those that were came in order and once; NaN where they did not. */
function missing(sentence: string, heard: readonly string[]): number {
  const words = sentence.split(' ');
  let at = 0;
  for (const word of heard) {
    const found = words.indexOf(word, at);
    if (found < 0) return Number.NaN;
    at = found + 1;
  }
  return words.length - heard.length;
}

describe.concurrent('while Ava speaks, a caller', () => {
  it('who coughs loses nothing but the word that was broken off', { timeout: LIMIT_MS }, async (context) => {
    const { ava, call, from } = await amidTheHours(context);
    await call.noise(300);
    await call.waitFor(/help you with\?/, ANSWER_MS, from);
    expect(missing(HOURS, heardFrom(call, from))).toBeLessThanOrEqual(1);
    await call.say(GOODBYE);
    await call.ended;
    const record = await ava.conversation(call);
    // The cough is no turn, and her sentence stands whole.
    expect(record.turns.map(({ text }) => text)).toContain(HOURS);
    expect(record.turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual(
      call.said.map(({ text }) => text),
    );
  });

  it('who nods aloud hears her out', { timeout: LIMIT_MS }, async (context) => {
    const { ava, call, from } = await amidTheHours(context);
    await call.say('mhm');
    await call.waitFor(/help you with\?/, ANSWER_MS, from);
    expect(missing(HOURS, heardFrom(call, from))).toBeLessThanOrEqual(1);
    await call.say(GOODBYE);
    await call.ended;
    const record = await ava.conversation(call);
    expect(record.turns.map(({ text }) => text)).toContain(HOURS);
    expect(record.outcome).toBe('info_only');
  });

  it('who asks for something else is answered, and of her sentence the record keeps what was heard', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const { ava, call, from } = await amidTheHours(context);
    await call.say('Sorry, how much is the Botox treatment?');
    await call.waitFor(/\$350/, ANSWER_MS, from);
    const heard = heardFrom(call, from).join(' ');
    expect(heard).not.toMatch(/Sunday/);
    await call.say(GOODBYE);
    await call.ended;
    const record = await ava.conversation(call);
    expectWholeRecord(call, record);
    const cut = record.turns.find(({ interrupted }) => interrupted);
    expect(cut?.text).toMatch(/^We're open Monday/);
    // What she believes was heard is off by a word at the most.
    const before = heard.slice(0, heard.indexOf('$350')).split(' ');
    expect(Math.abs((cut?.text.split(' ').length ?? 0) - wordsOfHours(before))).toBeLessThanOrEqual(1);
  });

  it('who says one short word that means something has the floor as well', { timeout: LIMIT_MS }, async (context) => {
    const { ava, call, from } = await amidTheHours(context);
    await call.say('Stop.');
    // She has nothing to answer, so the next that is heard of her breaks the silence.
    await call.waitFor(/Are you still there\?/, ANSWER_MS, from);
    expect(heardFrom(call, from).join(' ')).not.toMatch(/4 PM\./);
    call.hangUp();
    await call.ended;
    const { turns } = await ava.conversation(call);
    expect(turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toContain('Stop.');
  });
});

/** How many of the first words heard are the beginning of the sentence about the hours. */
function wordsOfHours(heard: readonly string[]): number {
  const words = HOURS.split(' ');
  const differs = heard.findIndex((word, n) => word !== words[n]);
  return differs < 0 ? heard.length : differs;
}
