/**
 * What clinics' own systems are told of, and in which form; `ops/webhooks.md` says the same to those who write them. A
 * form that changes so that a reader might break gets the next version; fields may be added at any time.
 */
import type { Instant, PhoneNumber } from './clinic.ts';
import { isoWithOffset } from './clinic-time.ts';
import type { Channel, Outcome } from './ports.ts';
import type { Score } from './scores.ts';

export const WEBHOOK_EVENTS = [
  'appointment.booked',
  'appointment.corrected',
  'appointment.rescheduled',
  'appointment.cancelled',
  'conversation.ended',
  'conversation.scored',
] as const;
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** Of every form at once; raised with any of them. */
export const WEBHOOK_VERSION = 1;

export interface WebhookAppointment {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly service: { readonly id: string; readonly slug: string; readonly name: string };
  readonly provider: { readonly id: string; readonly name: string };
  readonly customer: {
    readonly id: string;
    readonly name: string;
    readonly phone: PhoneNumber;
    readonly email: string | null;
  };
  readonly channel: Channel;
  readonly notes: string | null;
  readonly cancellationReason: string | null;
}

export interface WebhookConversation {
  readonly id: string;
  readonly channel: Channel;
  readonly outcome: Outcome | null;
  readonly language: string;
  /** As the channel gave it. */
  readonly customerPhone: string | null;
  readonly customerId: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** Null until it is scored; then the newest. */
  readonly score: (Score & { readonly failed: boolean }) | null;
}

export interface WebhookEvent {
  readonly id: string;
  readonly type: WebhookEventType;
  readonly clinicId: string;
  readonly at: Instant;
  /** Of the clinic: times are told with its offset. */
  readonly timeZone: string;
  readonly subject: WebhookAppointment | WebhookConversation;
}

/** The request's body. */
export function webhookBody({ id, type, clinicId, at, timeZone, subject }: WebhookEvent): string {
  const moment = (instant: Instant): string => isoWithOffset(instant, timeZone);
  const data = 'startsAt' in subject ? appointmentData(subject, moment) : conversationData(subject, moment);
  return JSON.stringify({
    id,
    type,
    version: WEBHOOK_VERSION,
    created_at: moment(at),
    clinic_id: clinicId,
    time_zone: timeZone,
    data,
  });
}

function appointmentData(subject: WebhookAppointment, moment: (at: Instant) => string) {
  const { id, version, status, startsAt, endsAt, service, provider, customer, channel, notes } = subject;
  return {
    appointment_id: id,
    appointment_version: version,
    status,
    starts_at: moment(startsAt),
    ends_at: moment(endsAt),
    service,
    provider,
    customer,
    channel,
    notes,
    cancellation_reason: subject.cancellationReason,
  };
}

function conversationData(subject: WebhookConversation, moment: (at: Instant) => string) {
  const { id, channel, outcome, language, customerPhone, customerId, startedAt, endedAt, score } = subject;
  return {
    conversation_id: id,
    channel,
    outcome,
    language,
    customer_phone: customerPhone,
    customer_id: customerId,
    started_at: moment(startedAt),
    ended_at: moment(endedAt),
    ...(score && {
      score: {
        sentiment: score.sentiment,
        satisfaction: score.satisfaction,
        summary: score.summary,
        topics: score.topics,
        follow_up_needed: score.followUpNeeded,
        scoring_failed: score.failed,
      },
    }),
  };
}
