/** Deliveries of webhooks in Postgres: a delivery is due while its row in the outbox is; what came of it is in its own. */
import { z } from 'zod';
import { type Keyring, UnknownKey } from '../ops/encryption.ts';
import type {
  DeliveryClaim,
  DeliveryEnd,
  DeliveryRequest,
  WebhookDelivery,
  WebhookStore,
} from '../src/domain/webhook-store.ts';
import { claimDoorbell, type DoorbellEnd, endDoorbell, settleDoorbell } from './doorbells.ts';
import type { Database, Sql } from './postgres.ts';
import { secretPlace } from './webhook-endpoints.ts';
import { DELIVER_WEBHOOK } from './webhook-events.ts';

export function postgresWebhookStore(database: Database, keys: Keyring): WebhookStore {
  return {
    claim: (request) => database.withClinic(request.clinicId, 'claim_webhook', (sql) => claim(sql, keys, request)),
    settle: (held, end) => database.withClinic(held.clinicId, 'settle_webhook', (sql) => settle(sql, held, end)),
  };
}

async function claim(sql: Sql, keys: Keyring, request: DeliveryRequest): Promise<DeliveryClaim | null> {
  const doorbell = doorbellOf(request);
  const claimed = await claimDoorbell(sql, { ...doorbell, forMs: request.forMs });
  if (claimed === undefined) return null;
  const delivery = await readDelivery(sql, keys, request.deliveryId);
  if (delivery !== null) return { ...request, ...claimed, delivery };
  // Its endpoint was removed meanwhile.
  await endDoorbell(sql, doorbell);
  return null;
}

const doorbellOf = ({ deliveryId, token }: DeliveryRequest) => ({
  kind: DELIVER_WEBHOOK,
  subjectId: deliveryId,
  token,
});

const deliveryRow = z.object({
  eventId: z.string(),
  endpointId: z.string(),
  url: z.string(),
  body: z.string(),
  keyId: z.string(),
  bytes: z.instanceof(Uint8Array),
});

async function readDelivery(sql: Sql, keys: Keyring, deliveryId: string): Promise<WebhookDelivery | null> {
  const [found] = await sql`
    select e.id as "eventId", p.id as "endpointId", p.url, e.body, p.key_id as "keyId", p.secret as bytes
    from webhook_deliveries d
    join webhook_events e on e.id = d.event_id
    join webhook_endpoints p on p.id = d.endpoint_id
    where d.id = ${deliveryId}`;
  if (found === undefined) return null;
  const { keyId, bytes, ...delivery } = deliveryRow.parse(found);
  return { deliveryId, ...delivery, secret: opened(keys, { keyId, bytes: Buffer.from(bytes) }, delivery.endpointId) };
}

function opened(keys: Keyring, sealed: Parameters<Keyring['open']>[0], endpointId: string): string | null {
  try {
    return keys.open(sealed, secretPlace(endpointId));
  } catch (error) {
    if (error instanceof UnknownKey) return null;
    throw error;
  }
}

async function settle(sql: Sql, held: DeliveryClaim, end: DeliveryEnd): Promise<boolean> {
  const isHeld = await settleDoorbell(sql, { ...doorbellOf(held), rings: held.rings }, doorbellEnd(end));
  if (isHeld && end.kind !== 'untried') await noteAttempt(sql, held.deliveryId, end);
  return isHeld;
}

function doorbellEnd(end: DeliveryEnd): DoorbellEnd {
  switch (end.kind) {
    case 'delivered':
      return { kind: 'done' };
    case 'untried':
      return { kind: 'later', afterMs: end.afterMs, reason: null };
    case 'failed':
      if (end.afterMs === null) return { kind: 'dead', reason: end.reason };
      return { kind: 'later', afterMs: end.afterMs, reason: end.reason };
  }
}

async function noteAttempt(
  sql: Sql,
  deliveryId: string,
  end: Exclude<DeliveryEnd, { kind: 'untried' }>,
): Promise<void> {
  const failed = end.kind === 'failed' ? end : null;
  const status = failed === null ? 'delivered' : failed.afterMs === null ? 'dead' : 'due';
  await sql`
    update webhook_deliveries
    set status = ${status}, attempts = attempts + 1, reason = ${failed?.reason ?? null}, updated_at = now()
    where id = ${deliveryId}`;
}
