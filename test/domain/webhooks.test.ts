import { expect, it } from 'vitest';
import { endOfAttempt, WEBHOOK_PATIENCE_MS, type WebhookAnswer } from '../../src/domain/webhook-answers.ts';
import { type WebhookAppointment, type WebhookConversation, webhookBody } from '../../src/domain/webhooks.ts';

const AT = Date.UTC(2026, 2, 2, 14);
const EVENT = { id: 'event-1', clinicId: 'clinic-1', at: AT, timeZone: 'America/New_York' };

const APPOINTMENT: WebhookAppointment = {
  id: 'appointment-1',
  version: 2,
  status: 'confirmed',
  startsAt: Date.UTC(2026, 2, 9, 14),
  endsAt: Date.UTC(2026, 2, 9, 14, 30),
  service: { id: 's', slug: 'botox', name: 'Botox' },
  provider: { id: 'p', name: 'Priya Sharma' },
  customer: { id: 'c', name: 'Dana', phone: '+15550123', email: null },
  channel: 'voice',
  notes: null,
  cancellationReason: null,
};

it('an appointment is told in version 1, with times by the clinic’s clock of their day', () => {
  expect(JSON.parse(webhookBody({ ...EVENT, type: 'appointment.rescheduled', subject: APPOINTMENT }))).toEqual({
    id: 'event-1',
    type: 'appointment.rescheduled',
    version: 1,
    created_at: '2026-03-02T09:00:00-05:00',
    clinic_id: 'clinic-1',
    time_zone: 'America/New_York',
    data: {
      appointment_id: 'appointment-1',
      appointment_version: 2,
      status: 'confirmed',
      starts_at: '2026-03-09T10:00:00-04:00',
      ends_at: '2026-03-09T10:30:00-04:00',
      service: APPOINTMENT.service,
      provider: APPOINTMENT.provider,
      customer: APPOINTMENT.customer,
      channel: 'voice',
      notes: null,
      cancellation_reason: null,
    },
  });
});

it('a conversation is told, with its score once it has one', () => {
  const subject: WebhookConversation = {
    id: 'conversation-1',
    channel: 'sms',
    outcome: 'browsing',
    language: 'en-US',
    customerPhone: '+15550123',
    customerId: null,
    startedAt: AT - 60_000,
    endedAt: AT,
    score: null,
  };
  const data = {
    conversation_id: 'conversation-1',
    channel: 'sms',
    outcome: 'browsing',
    language: 'en-US',
    customer_phone: '+15550123',
    customer_id: null,
    started_at: '2026-03-02T08:59:00-05:00',
    ended_at: '2026-03-02T09:00:00-05:00',
  };
  expect(JSON.parse(webhookBody({ ...EVENT, type: 'conversation.ended', subject })).data).toEqual(data);
  const score = {
    sentiment: 'mixed',
    satisfaction: 6.5,
    summary: 'A. B.',
    topics: ['botox'],
    followUpNeeded: true,
    failed: false,
  } as const;
  expect(
    JSON.parse(webhookBody({ ...EVENT, type: 'conversation.scored', subject: { ...subject, score } })).data,
  ).toEqual({
    ...data,
    score: {
      sentiment: 'mixed',
      satisfaction: 6.5,
      summary: 'A. B.',
      topics: ['botox'],
      follow_up_needed: true,
      scoring_failed: false,
    },
  });
});

const answered = (status: number, retryAfterMs: number | null = null): WebhookAnswer => ({
  kind: 'answered',
  status,
  retryAfterMs,
});

it.each([
  ['taken', answered(200), 0, { kind: 'delivered' }],
  ['taken, late', answered(204), WEBHOOK_PATIENCE_MS, { kind: 'delivered' }],
  ['refused', answered(500), 0, { kind: 'failed', reason: 'http_500', afterMs: 10 }],
  ['redirected', answered(302), 0, { kind: 'failed', reason: 'http_302', afterMs: 10 }],
  ['busy', answered(503, 40), 0, { kind: 'failed', reason: 'http_503', afterMs: 40 }],
  ['busy for days', answered(429, 1e9), 0, { kind: 'failed', reason: 'http_429', afterMs: 100 }],
  ['gone', answered(410), 0, { kind: 'failed', reason: 'http_410', afterMs: null }],
  ['silent', { kind: 'failed', failure: 'timeout' }, 0, { kind: 'failed', reason: 'timeout', afterMs: 10 }],
  ['not public', { kind: 'failed', failure: 'not_public' }, 0, { kind: 'failed', reason: 'not_public', afterMs: null }],
  ['the last time', answered(500), WEBHOOK_PATIENCE_MS, { kind: 'failed', reason: 'http_500', afterMs: null }],
  ['the last but one', answered(500), WEBHOOK_PATIENCE_MS - 1, { kind: 'failed', reason: 'http_500', afterMs: 10 }],
] as const)('an event that is %s', (_, answer, sinceMs, end) => {
  expect(endOfAttempt({ answer, askedAt: AT, now: AT + sinceMs, backOffMs: 10, longestMs: 100 })).toEqual(end);
});
