/** Where clinics' own systems want to be told, and what became of telling them: for whoever runs Ava. */
import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Keyring } from '../ops/encryption.ts';
import type { Instant } from '../src/domain/clinic.ts';
import { WEBHOOK_EVENTS, type WebhookEventType } from '../src/domain/webhooks.ts';
import { ringFor } from './outbox.ts';
import type { Database, Sql } from './postgres.ts';
import { type Rotation, resealRows } from './resealing.ts';
import { DELIVER_WEBHOOK } from './webhook-events.ts';

export interface WebhookEndpoint {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEventType[];
}

export interface ListedDelivery {
  readonly id: string;
  readonly type: string;
  readonly url: string;
  /** `due`: it is tried until it is taken, or for 72 hours. */
  readonly status: 'due' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Why the last attempt came to nothing; null where it did not, or none was made. */
  readonly reason: string | null;
  readonly at: Instant;
}

const SECRET_BYTES = 32;
const MOST_LISTED = 200;

/** What an endpoint's secret is bound to. */
export const secretPlace = (endpointId: string): string => `webhook_endpoints ${endpointId}`;

/** Adds an endpoint; answers its id and the secret that its requests are signed with, which is told nowhere else. */
export async function addEndpoint(
  database: Database,
  keys: Keyring,
  clinicId: string,
  { url, events }: Omit<WebhookEndpoint, 'id'>,
): Promise<{ readonly id: string; readonly secret: string }> {
  const id = randomUUID();
  const secret = `whsec_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const sealed = keys.seal(secret, secretPlace(id));
  await database.withClinic(
    clinicId,
    'add_webhook',
    (sql) => sql`
      insert into webhook_endpoints (id, clinic_id, url, events, secret, key_id)
      values (${id}, ${clinicId}, ${url}, array(select json_array_elements_text(${JSON.stringify(events)}::text::json)),
              ${sealed.bytes}, ${sealed.keyId})`,
  );
  return { id, secret };
}

/** Removes an endpoint and whatever was on its way there. False where there was none. */
export function removeEndpoint(database: Database, clinicId: string, endpointId: string): Promise<boolean> {
  return database.withClinic(clinicId, 'remove_webhook', async (sql) => {
    const { count } = await sql`delete from webhook_endpoints where id = ${endpointId}`;
    return count > 0;
  });
}

const endpointRow = z.object({ id: z.string(), url: z.string(), events: z.array(z.enum(WEBHOOK_EVENTS)) });

export function listEndpoints(database: Database, clinicId: string): Promise<readonly WebhookEndpoint[]> {
  return database.withClinic(clinicId, 'list_webhooks', async (sql) => {
    const rows = await sql`select id, url, to_json(events) as events from webhook_endpoints order by created_at, id`;
    return rows.map((row) => endpointRow.parse(row));
  });
}

const listedRow = z.object({
  id: z.string(),
  type: z.string(),
  url: z.string(),
  status: z.enum(['due', 'delivered', 'dead']),
  attempts: z.number(),
  reason: z.string().nullable(),
  at: z.number(),
});

/** The latest deliveries, the newest first; the given up alone, where that is asked. */
export function listDeliveries(
  database: Database,
  clinicId: string,
  deadOnly: boolean,
): Promise<readonly ListedDelivery[]> {
  return database.withClinic(clinicId, 'list_deliveries', async (sql) => {
    const rows = await sql`
      select d.id, e.type, p.url, d.status, d.attempts, d.reason, d.updated_at as at
      from webhook_deliveries d
      join webhook_events e on e.id = d.event_id
      join webhook_endpoints p on p.id = d.endpoint_id
      where not ${deadOnly}::boolean or d.status = 'dead'
      order by d.updated_at desc, d.id limit ${MOST_LISTED}`;
    return rows.map((row) => listedRow.parse(row));
  });
}

const idRow = z.object({ id: z.string() });

/** Has this delivery made again, whatever became of it, or all that were given up; answers how many those are. */
export function redeliver(database: Database, clinicId: string, deliveryId: string | null): Promise<number> {
  return database.withClinic(clinicId, 'redeliver', async (sql) => {
    const ids = await askAgain(sql, deliveryId);
    await ringFor(sql, clinicId, DELIVER_WEBHOOK, ids);
    return ids.length;
  });
}

async function askAgain(sql: Sql, deliveryId: string | null): Promise<readonly string[]> {
  const rows = await sql`
    update webhook_deliveries set status = 'due', updated_at = now()
    where id = ${deliveryId}::uuid or (${deliveryId}::uuid is null and status = 'dead')
    returning id`;
  return rows.map((row) => idRow.parse(row).id);
}

/** Seals the secrets anew that are not under the newest key; in one transaction, and as often as one likes. */
export function resealWebhooks(database: Database, keys: Keyring): Promise<Rotation> {
  return database.transaction('reseal_webhooks', async (sql) => {
    const rows = await sql`
      select id, clinic_id as "clinicId", key_id as "keyId", secret as bytes from webhook_endpoints
      where key_id <> ${keys.keyId} for update`;
    return resealRows(
      keys,
      rows,
      secretPlace,
      ({ bytes, keyId }, id) => sql`update webhook_endpoints set secret = ${bytes}, key_id = ${keyId} where id = ${id}`,
    );
  });
}
