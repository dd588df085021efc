import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { radiance } from '../support/memory-clinics.ts';
import { CALLER, CLINIC_NUMBER, type Edge, openEdge, postWebhook } from './edge.ts';

const SMS = '/twilio/sms';
const SID = 'SM00000000000000000000000000000001';
const TEXT_ID = '6f1f6f0e-3d5a-4c5b-9a57-0d3d2f0c9a11';
const STATUS = `/twilio/sms/status?clinic=${radiance.id}&text=${TEXT_ID}`;

let edge: Edge;
beforeEach(async () => {
  edge = await openEdge();
});
afterEach(() => edge.close());

const text = (fields: Record<string, string> = {}) => ({
  MessageSid: SID,
  From: CALLER,
  To: CLINIC_NUMBER,
  Body: 'Hola, ¿a qué hora abren? 🙂',
  NumMedia: '0',
  ...fields,
});
const status = (fields: Record<string, string> = {}) => ({ MessageSid: SID, MessageStatus: 'delivered', ...fields });
const TOLD = ['text.received', 'call.refused', 'store.failed'] as const;
const names = () => TOLD.flatMap((name) => edge.events.of(name).map(() => name));

describe('the webhook of text messages', () => {
  it('answers with nothing to send once the message is stored', async () => {
    const response = await postWebhook(edge, SMS, text({ NumMedia: '2' }));
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/<Response\s*\/>$/);
    expect(edge.texts.received).toEqual([
      {
        clinicId: radiance.id,
        from: CALLER,
        to: CLINIC_NUMBER,
        messageSid: SID,
        body: 'Hola, ¿a qué hora abren? 🙂',
        media: 2,
      },
    ]);
    expect(names()).toEqual(['text.received']);
  });

  it('takes one without words, and counts one that is told again once', async () => {
    const { Body: _none, NumMedia: _neither, ...bare } = text();
    expect((await postWebhook(edge, SMS, bare)).status).toBe(200);
    expect(edge.texts.received).toMatchObject([{ body: '', media: 0 }]);
    edge.texts.storing = async () => 'repeated';
    expect((await postWebhook(edge, SMS, text())).status).toBe(200);
    expect(names()).toEqual(['text.received']);
  });

  it.each([
    ['To', '+15550109998'],
    ['From', '55555'],
  ])('keeps nothing of one with %s %s', async (field, number) => {
    expect((await postWebhook(edge, SMS, text({ [field]: number }))).status).toBe(200);
    expect(edge.texts.received).toEqual([]);
    expect(names()).toEqual(['call.refused']);
  });

  it('has Twilio try again where the message could not be stored', async () => {
    edge.texts.storing = () => Promise.reject(new Error('no database'));
    const response = await postWebhook(edge, SMS, text());
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(names()).toEqual(['store.failed']);
  });

  it('waits no longer than a second for that', async () => {
    edge.texts.storing = () => new Promise(() => undefined);
    const since = performance.now();
    expect((await postWebhook(edge, SMS, text())).status).toBe(503);
    expect(performance.now() - since).toBeGreaterThan(900);
  });

  it('refuses what Twilio did not sign, and what is no message', async () => {
    expect((await postWebhook(edge, SMS, text(), null)).status).toBe(403);
    expect((await postWebhook(edge, SMS, text({ MessageSid: '' }))).status).toBe(400);
    expect(edge.texts.received).toEqual([]);
  });
});

describe('the webhook of what becomes of a message', () => {
  it('keeps it', async () => {
    expect((await postWebhook(edge, STATUS, status())).status).toBe(204);
    await postWebhook(edge, STATUS, status({ MessageStatus: 'undelivered', ErrorCode: '30003' }));
    const report = { clinicId: radiance.id, textId: TEXT_ID, sid: SID };
    expect(edge.texts.reports).toEqual([
      { ...report, status: 'delivered', code: null },
      { ...report, status: 'undelivered', code: 30_003 },
    ]);
  });

  it('must name the message, in a URL that Twilio signs', async () => {
    expect((await postWebhook(edge, '/twilio/sms/status', status())).status).toBe(400);
    expect((await postWebhook(edge, STATUS, status(), `${edge.publicUrl}/twilio/sms/status`)).status).toBe(403);
    expect(edge.texts.reports).toEqual([]);
  });
});
