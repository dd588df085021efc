import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClinic } from '../../db/clinics.ts';
import { conversationOfCall } from '../../db/conversation-reader.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type AvaStand, LUMEN, startAva, until } from '../support/ava.ts';

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: '2026-11-23T15:00:00Z' });
});
afterAll(() => ava.stop());

describe('callers who want to know something', () => {
  it('are told the opening hours from the clinic’s record', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('hours'));
    await call.ended;
    const conversation = await ava.conversation(call);
    expect(call.heardText).toMatch(/9 AM to 6 PM/);
    expect(call.heardText).toMatch(/Sunday 10 AM to 4 PM/);
    expect(conversation.toolCalls.map((tool) => tool.name)).toContain('get_clinic_info');
    expect(conversation.outcome).toBe('info_only');
    // A short call's worth, and the transcription of two turns in it.
    expect(conversation.costUsd).toBeGreaterThan(0.001);
    expect(conversation.costUsd).toBeLessThan(1);
    expect(conversation.appointments).toEqual([]);
  });

  it('are told them in Spanish when they ask in it', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('horario'));
    await call.ended;
    const conversation = await ava.conversation(call);
    expect(call.heardText).toMatch(/lunes a sábado 9 de la mañana a 6 de la tarde/);
    expect(call.heardText).toMatch(/¡Adiós!$/);
    expect(conversation.turns.find(({ role }) => role === 'customer')?.text).toMatch(/a qué hora abren/);
    expect(conversation.outcome).toBe('info_only');
  });

  it('are told a price', { timeout: 60_000 }, async () => {
    const call = ava.place(scenario('price'));
    await call.ended;
    expect(call.heardText).toMatch(/\$350/);
    expect((await ava.conversation(call)).outcome).toBe('info_only');
  });
});

describe('another clinic', () => {
  it('greets with its own name and its consent sentence', { timeout: 60_000 }, async () => {
    const lumen = await loadClinic(ava.database, { phone: LUMEN });
    const call = ava.place(undefined, { to: LUMEN });
    await call.waitFor(/How can I help you today\?/, 20_000);
    const heard = call.heardText;
    expect(heard).toContain('Lumen Dermatology');
    expect(heard).toContain('AI assistant');
    expect(lumen?.consentSentence).toBeTruthy();
    expect(heard).toContain(lumen?.consentSentence);
    call.hangUp();
    await call.ended;
    const record = await until('the record', 5_000, async () => {
      const found = await conversationOfCall(ava.database, lumen?.id ?? '', call.sid);
      return found?.status === 'ended' ? found : undefined;
    });
    expect(record.outcome).toBe('abandoned');
    // Radiance cannot see it.
    expect(await conversationOfCall(ava.database, ava.clinic.id, call.sid)).toBeUndefined();
  });

  it('that nobody has: the caller hears a sentence, and no call is opened', { timeout: 30_000 }, async () => {
    const call = ava.place(undefined, { to: '+15550100003' });
    const end = await call.ended;
    expect(end.by).toBe('twiml');
    expect(call.heardText).toMatch(/number/i);
    expect(call.log.verbs).not.toContain('Connect');
    expect(ava.openai.sessions()).toEqual([]);
  });
});
