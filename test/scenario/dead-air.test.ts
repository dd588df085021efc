/** Silence on the line, of the caller's and of the model's. */
import { describe, expect, it, type TestContext } from 'vitest';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { expectWholeRecord, GOODBYE, GREETED, hears, says } from '../support/talk.ts';

const LIMIT_MS = 90_000;
const OPEN = '2026-11-23T15:00:00Z';
/** As long as the silences that Ava waits for are. */
const SILENCES_MS = 40_000;
const RENDERING_MS = 60_000;

describe.concurrent('on a line with nobody speaking', () => {
  it('a caller is asked after, and then said goodbye to', { timeout: LIMIT_MS }, async (context) => {
    const ava = await startAva({ at: OPEN });
    context.onTestFinished(() => ava.stop());
    const call = ava.place(undefined);
    await hears(call, GREETED);
    await hears(call, /Are you still there\?/, 1, SILENCES_MS);
    expect((await call.ended).by).toBe('twiml');
    expect(call.heardText).toMatch(/Are you still there\? I can't hear you any more, .*Goodbye!$/);
    const record = await ava.conversation(call);
    expectWholeRecord(call, record);
    expect(record.outcome).toBe('abandoned');
    expect(ava.openai.sessions()).toEqual([]);
  });

  it('a caller who was only thinking goes on', { timeout: LIMIT_MS }, async (context) => {
    const ava = await startAva({ at: OPEN });
    context.onTestFinished(() => ava.stop());
    const call = ava.place(undefined);
    await hears(call, /Are you still there\?/, 0, SILENCES_MS);
    await says(call, 'What are your opening hours?', /9 AM to 6 PM/);
    await call.say(GOODBYE);
    await call.ended;
    expect(call.heardText).not.toMatch(/can't hear you/);
    expect((await ava.conversation(call)).outcome).toBe('info_only');
  });

  it('an answer that takes long is bridged once, and comes', { timeout: LIMIT_MS }, async (context) => {
    const ava = await withPhrases(context);
    const call = ava.place(undefined);
    await hears(call, GREETED);
    ava.openai.faults.set({ faults: [{ kind: 'response_slow', ms: 4_000, onNth: 1 }] });
    const told = await says(call, 'What are your opening hours?', /9 AM to 6 PM/);
    expect(told).toMatch(/^One moment, please\. We're open/);
    call.hangUp();
    await call.ended;
    const { turns } = await ava.conversation(call);
    expect(turns.map(({ text }) => text)).toContain('One moment, please.');
  });
});

describe('the greeting', () => {
  it('leaves within 300 ms of the stream, whatever the model does, and the model knows it', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const ava = await withPhrases(context);
    ava.openai.faults.set({ faults: [{ kind: 'slow_handshake', ms: 3_000, onNth: 1 }] });
    const call = ava.place(undefined);
    const at = new Map<string, number>();
    call.events.on(({ type, atMs }) => at.has(type) || at.set(type, atMs));
    await hears(call, GREETED);
    expect((at.get('first-media') ?? Number.NaN) - (at.get('stream-started') ?? 0)).toBeLessThan(300);
    expect(call.heardText).toMatch(/^Thank you for calling Radiance Med Spa\. This is Ava, the AI assistant\./);
    // Said while the model was still away, the caller's question is answered, and she does not greet again.
    await says(call, 'What are your opening hours?', /9 AM to 6 PM/);
    expect(call.heardText.match(/Thank you for calling/g)).toHaveLength(1);
    await call.say(GOODBYE);
    await call.ended;
    expectWholeRecord(call, await ava.conversation(call));
  });
});

/** An Ava whose demo clinic's phrases are all at hand. */
async function withPhrases(context: TestContext): Promise<AvaStand> {
  const ava = await startAva({ at: OPEN, rendersPhrases: true, pace: 2, openai: { pace: 20 } });
  context.onTestFinished(() => ava.stop());
  let rendered = 0;
  ava.events.on('phrases.rendered', (event) => {
    if (event.clinicId === ava.clinic.id) rendered += event.rendered;
  });
  const { languages } = ava.clinic.conversation;
  const all = languages.flatMap((language) => Object.values(fixedPhrases(ava.clinic, language)));
  await until('the phrases', RENDERING_MS, () => (rendered >= new Set(all).size ? true : undefined));
  return ava;
}
