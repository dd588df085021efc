import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresForgetting } from '../../db/forgetting.ts';
import { postgresOutbox } from '../../db/outbox.ts';
import type { Database } from '../../db/postgres.ts';
import { postgresScoreStore } from '../../db/scores.ts';
import { postgresWebhookStore } from '../../db/webhook-deliveries.ts';
import {
  addEndpoint,
  listDeliveries,
  listEndpoints,
  redeliver,
  removeEndpoint,
  resealWebhooks,
} from '../../db/webhook-endpoints.ts';
import { DELIVER_WEBHOOK } from '../../db/webhook-events.ts';
import { Secret } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import { NEUTRAL } from '../../src/domain/scores.ts';
import type { DeliveryClaim } from '../../src/domain/webhook-store.ts';
import { WEBHOOK_EVENTS, type WebhookEventType } from '../../src/domain/webhooks.ts';
import { bookingRequest, cancelRequest, lumen, moveRequest, radiance } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { emptied, ownDatabase } from '../support/own-database.ts';

const KEYS = keyring([new Secret('a key of a test, of many characters')]);
const URL = 'https://hooks.radiance.test/ava';

let database: Database;
ownDatabase(
  (opened) => {
    database = opened;
  },
  async (sql) => {
    await emptied(sql, 'webhook_endpoints', 'webhook_events', 'occupied', 'outbox');
  },
);

const endpoint = (events: readonly WebhookEventType[] = WEBHOOK_EVENTS, clinic = radiance) =>
  addEndpoint(database, KEYS, clinic.id, { url: URL, events });
const due = () => postgresOutbox(database).ring([DELIVER_WEBHOOK], 100, 60_000);

interface Wanted {
  readonly keys?: typeof KEYS;
  readonly clinicId?: string;
  readonly forMs?: number;
}

const store = (keys = KEYS) => postgresWebhookStore(database, keys);
const claimOf = (deliveryId: string, { keys, clinicId = radiance.id, forMs = 60_000 }: Wanted = {}) =>
  store(keys).claim({ clinicId, deliveryId, token: randomUUID(), forMs });

async function claimed(deliveryId: string, wanted?: Wanted): Promise<DeliveryClaim> {
  const claim = await claimOf(deliveryId, wanted);
  if (claim === null) throw new Error('nothing was due');
  return claim;
}

/** Books, and answers the delivery that is due of it. */
async function bookedDelivery(): Promise<string> {
  await postgresBookingStore(database).book(bookingRequest());
  const [row] = await due();
  if (row === undefined) throw new Error('nothing was noted');
  return row.subjectId;
}

/** The bodies of what is due, as a receiver reads them. */
async function told(): Promise<Record<string, unknown>[]> {
  const bodies: Record<string, unknown>[] = [];
  for (const { clinicId, subjectId } of await due()) {
    const { delivery } = await claimed(subjectId, { clinicId });
    bodies.push(JSON.parse(delivery.body));
  }
  return bodies.sort((a, b) => String(a['type']).localeCompare(String(b['type'])));
}

describe('events are noted', () => {
  it('of an appointment as it stood, whatever became of it since', async () => {
    await endpoint();
    const bookings = postgresBookingStore(database);
    const { id } = booked(await bookings.book(bookingRequest({ name: 'Ada "A" Quinn', email: 'ada@x.test' })));
    await bookings.reschedule(moveRequest(id, { at: 60 }));
    await bookings.cancel(cancelRequest(id, { reason: 'Ill.' }));
    const customer = { name: 'Ada "A" Quinn', phone: '+15550123456', email: 'ada@x.test' };
    expect(await told()).toMatchObject([
      {
        type: 'appointment.booked',
        data: { appointment_version: 1, starts_at: '2026-03-02T09:00:00-05:00', customer },
      },
      { type: 'appointment.cancelled', data: { status: 'cancelled', cancellation_reason: 'Ill.' } },
      { type: 'appointment.rescheduled', data: { appointment_id: id, starts_at: '2026-03-02T10:00:00-05:00' } },
    ]);
  });

  it('of a conversation’s end and its score', async () => {
    await endpoint();
    const conversation = conversationOf();
    const log = postgresConversationLog(database);
    for (const entry of [conversation.started, conversation.ended('browsing'), conversation.ended()]) log.write(entry);
    await log.close(10_000);
    const { clinicId, conversationId } = conversation;
    const scores = postgresScoreStore(database);
    const claim = await scores.claim({ clinicId, conversationId, token: randomUUID(), forMs: 60_000 });
    if (claim === null) throw new Error('nothing was owed');
    await scores.keep(claim, { score: NEUTRAL, model: null, usage: null }, true);
    expect(await told()).toMatchObject([
      { type: 'conversation.ended', data: { conversation_id: conversationId, outcome: 'browsing' } },
      { type: 'conversation.scored', data: { score: { satisfaction: 5, scoring_failed: true, topics: [] } } },
    ]);
  });

  it('for each endpoint of the clinic that wants them, and no other', async () => {
    await endpoint(['appointment.booked']);
    await endpoint(['appointment.booked', 'appointment.cancelled']);
    await endpoint(WEBHOOK_EVENTS, lumen);
    const bookings = postgresBookingStore(database);
    const { id } = booked(await bookings.book(bookingRequest()));
    await bookings.cancel(cancelRequest(id));
    expect((await told()).map(({ type }) => type)).toEqual([
      'appointment.booked',
      'appointment.booked',
      'appointment.cancelled',
    ]);
  });

  it('only with what they tell of', async () => {
    await endpoint();
    const failing = database.withClinic(radiance.id, 'fail', async (sql) => {
      await sql`insert into customers (clinic_id, phone) values (${radiance.id}, '+15550129999')`;
      const { noteWebhookEvents } = await import('../../db/webhook-events.ts');
      await noteWebhookEvents(sql, radiance.id, 'conversation.ended', [randomUUID()]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await due()).toEqual([]);
  });
});

describe('a delivery', () => {
  it('is one’s alone, with its secret opened, and is over when it was taken', async () => {
    const { secret } = await endpoint();
    const id = await bookedDelivery();
    const claim = await claimed(id);
    expect(claim).toMatchObject({ attempts: 1, delivery: { url: URL, secret } });
    expect(await claimOf(id)).toBeNull();
    expect(await claimOf(id, { clinicId: lumen.id })).toBeNull();
    expect(await store().settle({ ...claim, token: randomUUID() }, { kind: 'delivered' })).toBe(false);
    expect(await store().settle(claim, { kind: 'delivered' })).toBe(true);
    expect([await due(), await claimOf(id)]).toEqual([[], null]);
    expect(await listDeliveries(database, radiance.id, false)).toMatchObject([
      { id, status: 'delivered', attempts: 1 },
    ]);
  });

  it('is claimed by another where its worker died', async () => {
    await endpoint();
    const id = await bookedDelivery();
    const dead = await claimed(id, { forMs: 0 });
    expect(await claimed(id)).toMatchObject({ attempts: 2, delivery: dead.delivery });
    expect(await store().settle(dead, { kind: 'delivered' })).toBe(false);
  });

  it('is due later where it failed, at once where it was not tried, and dead where that is said, with the reason', async () => {
    await endpoint();
    const id = await bookedDelivery();
    await store().settle(await claimed(id), { kind: 'untried', afterMs: 0 });
    const again = await claimed(id);
    expect(again.attempts).toBe(1);
    await store().settle(again, { kind: 'failed', reason: 'http_500', afterMs: 60_000 });
    expect(await claimOf(id)).toBeNull();
    expect(await listDeliveries(database, radiance.id, false)).toMatchObject([{ status: 'due', reason: 'http_500' }]);
    expect(await listDeliveries(database, radiance.id, true)).toEqual([]);
    await database.unbound('wait', (sql) => sql`update outbox set due_at = now()`);
    await store().settle(await claimed(id), { kind: 'failed', reason: 'timeout', afterMs: null });
    const dead = { id, status: 'dead', reason: 'timeout', attempts: 2, type: 'appointment.booked' };
    expect(await listDeliveries(database, radiance.id, true)).toMatchObject([dead]);
    expect(await postgresOutbox(database).dead(radiance.id)).toMatchObject([{ subjectId: id, reason: 'timeout' }]);
  });

  it('is made again on demand, be it dead or taken, with patience anew', async () => {
    await endpoint();
    const id = await bookedDelivery();
    await store().settle(await claimed(id), { kind: 'failed', reason: 'timeout', afterMs: null });
    await database.unbound('age', (sql) => sql`update outbox set asked_at = now() - interval '4 days'`);
    expect(await redeliver(database, lumen.id, null)).toBe(0);
    expect(await redeliver(database, lumen.id, id)).toBe(0);
    expect(await redeliver(database, radiance.id, null)).toBe(1);
    const claim = await claimed(id);
    expect(claim.now - claim.askedAt).toBeLessThan(60_000);
    await store().settle(claim, { kind: 'delivered' });
    expect(await redeliver(database, radiance.id, null)).toBe(0);
    expect(await redeliver(database, radiance.id, id)).toBe(1);
    expect(await due()).toMatchObject([{ subjectId: id }]);
  });

  it('that is asked for again while somebody makes it is made once more', async () => {
    await endpoint();
    const id = await bookedDelivery();
    const claim = await claimed(id);
    await redeliver(database, radiance.id, id);
    await store().settle(claim, { kind: 'delivered' });
    expect(await due()).toMatchObject([{ subjectId: id }]);
  });

  it('goes nowhere once its endpoint is removed', async () => {
    const { id: endpointId } = await endpoint();
    const id = await bookedDelivery();
    expect(await removeEndpoint(database, lumen.id, endpointId)).toBe(false);
    expect(await removeEndpoint(database, radiance.id, endpointId)).toBe(true);
    expect(await listEndpoints(database, radiance.id)).toEqual([]);
    expect([await claimOf(id), await due()]).toEqual([null, []]);
  });

  it('has no secret where none of our keys opens it', async () => {
    await endpoint();
    const keys = keyring([new Secret('another key, of many characters')]);
    expect((await claimed(await bookedDelivery(), { keys })).delivery.secret).toBeNull();
  });

  it('has its secret still where the keys were exchanged', async () => {
    const { secret } = await endpoint();
    const id = await bookedDelivery();
    const newest = new Secret('a newer key of a test');
    const both = keyring([newest, new Secret('a key of a test, of many characters')]);
    expect(await resealWebhooks(database, both)).toEqual({ resealed: 1, unopened: [] });
    expect((await claimed(id, { keys: keyring([newest]) })).delivery.secret).toBe(secret);
  });

  it('is forgotten with its event', async () => {
    await endpoint();
    await bookedDelivery();
    const chores = postgresForgetting(database);
    expect(await chores.forgetWebhooks(60_000)).toBe(0);
    expect(await chores.forgetWebhooks(-60_000)).toBe(1);
    expect(await listDeliveries(database, radiance.id, false)).toEqual([]);
  });
});
