/** Who is at the delivery of which event, and what came of it: kept where nothing is lost with a worker or a queue. */
import type { Instant } from './clinic.ts';

export interface DeliveryRequest {
  readonly clinicId: string;
  readonly deliveryId: string;
  /** A UUID, never given twice: whose the claim is. */
  readonly token: string;
  /** Milliseconds. */
  readonly forMs: number;
}

/** One event on its way to one endpoint. */
export interface WebhookDelivery {
  readonly deliveryId: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly url: string;
  /** As it is sent, byte for byte. */
  readonly body: string;
  /** What it is signed with; null where none of our keys opens it. */
  readonly secret: string | null;
}

export interface DeliveryClaim extends DeliveryRequest {
  readonly delivery: WebhookDelivery;
  /** Claims since it was asked for, this one included. */
  readonly attempts: number;
  /** How often it had been asked for by then: with more than that, what comes of this claim is not the last word. */
  readonly rings: number;
  /** When the event happened, or was asked for again by hand. */
  readonly askedAt: Instant;
  /** The store's time. */
  readonly now: Instant;
}

/**
 * - `delivered`: the endpoint took it.
 * - `failed`: tried again after so long; null: never, unless somebody asks for it.
 * - `untried`: it was no attempt; it is due again after so long.
 */
export type DeliveryEnd =
  | { readonly kind: 'delivered' }
  /** Why, in words of a closed set. */
  | { readonly kind: 'failed'; readonly reason: string; readonly afterMs: number | null }
  | { readonly kind: 'untried'; readonly afterMs: number };

export interface WebhookStore {
  /** The delivery, for so long, where it is due and nobody else is at it; else null. */
  claim(request: DeliveryRequest): Promise<DeliveryClaim | null>;
  /** Notes what came of it. False where the claim was lost: nothing is noted. */
  settle(claim: DeliveryClaim, end: DeliveryEnd): Promise<boolean>;
}
