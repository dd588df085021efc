/**
 * Tells a clinic's own system of one event. May tell it twice, where a worker dies between the answer and its note:
 * receivers know an event by its id. One endpoint that is slow to answer keeps only so many of a worker's hands busy.
 */
import { z } from 'zod';
import type { Events } from '../../src/domain/events.ts';
import { endOfAttempt, type WebhookAnswer } from '../../src/domain/webhook-answers.ts';
import type { DeliveryClaim, DeliveryEnd, WebhookDelivery, WebhookStore } from '../../src/domain/webhook-store.ts';
import type { Job, JobOutcome, JobRun } from '../job.ts';
import { backOffMs, RETRY } from '../retry.ts';

export interface DeliverWebhookOptions {
  readonly webhooks: WebhookStore;
  /** Sends it once; what the outside does is an answer. */
  readonly send: (
    delivery: WebhookDelivery & { readonly secret: string },
    signal: AbortSignal,
  ) => Promise<WebhookAnswer>;
  readonly events: Events;
  /** A name for one claim, never given twice: a UUID. */
  readonly newToken: () => string;
}

export const DELIVER_WEBHOOK_JOB = 'deliver-webhook';

const CONCURRENCY = 16;
/** Of these, how many one endpoint may keep busy; the others of its deliveries wait so long. */
const MOST_OF_ONE_ENDPOINT = 4;
const CROWDED_MS = 1_000;
/** The sender's 10 seconds, and what the database may take before and after. */
const TIME_LIMIT_MS = 25_000;
const CLAIM_MS = 40_000;

const doorbell = z.object({ clinicId: z.uuid(), deliveryId: z.uuid() });

export function deliverWebhookJob(options: DeliverWebhookOptions): Job {
  const desk = new DeliveryDesk(options);
  return {
    name: DELIVER_WEBHOOK_JOB,
    everyMs: null,
    concurrency: CONCURRENCY,
    timeLimitMs: TIME_LIMIT_MS,
    retry: RETRY.deliverWebhook,
    run: (run) => desk.run(run),
  };
}

class DeliveryDesk {
  readonly #options: DeliverWebhookOptions;
  /** Requests under way, by endpoint. */
  readonly #underWay = new Map<string, number>();

  constructor(options: DeliverWebhookOptions) {
    this.#options = options;
  }

  async run({ data, signal }: JobRun): Promise<JobOutcome> {
    const asked = doorbell.safeParse(data);
    if (!asked.success) return { kind: 'cancel', reason: 'no doorbell of a delivery' };
    const { webhooks, newToken } = this.#options;
    const claim = await webhooks.claim({ ...asked.data, token: newToken(), forMs: CLAIM_MS });
    if (claim !== null) await this.#settle(claim, await this.#deliver(claim, signal));
    return { kind: 'done' };
  }

  async #deliver(claim: DeliveryClaim, signal: AbortSignal): Promise<DeliveryEnd> {
    const { delivery, attempts, askedAt, now } = claim;
    const answer = await this.#send(delivery, signal);
    if (answer === 'crowded') return { kind: 'untried', afterMs: CROWDED_MS };
    // One that was cut says nothing of the endpoint.
    if (signal.aborted && answer.kind === 'failed') return { kind: 'untried', afterMs: 0 };
    const pauseMs = backOffMs(RETRY.webhook, attempts);
    return endOfAttempt({ answer, askedAt, now, backOffMs: pauseMs, longestMs: RETRY.webhook.longestMs });
  }

  async #send(delivery: WebhookDelivery, signal: AbortSignal): Promise<WebhookAnswer | 'crowded'> {
    const { endpointId, secret } = delivery;
    if (secret === null) return { kind: 'failed', failure: 'no_key' };
    const others = this.#underWay.get(endpointId) ?? 0;
    if (others >= MOST_OF_ONE_ENDPOINT) return 'crowded';
    this.#underWay.set(endpointId, others + 1);
    try {
      return await this.#options.send({ ...delivery, secret }, signal);
    } finally {
      const left = (this.#underWay.get(endpointId) ?? 1) - 1;
      if (left === 0) this.#underWay.delete(endpointId);
      else this.#underWay.set(endpointId, left);
    }
  }

  async #settle(claim: DeliveryClaim, end: DeliveryEnd): Promise<void> {
    const { webhooks, events } = this.#options;
    if (!(await webhooks.settle(claim, end)) || end.kind === 'untried') return;
    const { clinicId, deliveryId, attempts } = claim;
    if (end.kind === 'delivered') events.emit('webhook.delivered', { clinicId, lagMs: claim.now - claim.askedAt });
    else
      events.emit('webhook.failed', {
        clinicId,
        deliveryId,
        endpointId: claim.delivery.endpointId,
        reason: end.reason,
        attempts,
        afterMs: end.afterMs,
      });
  }
}
