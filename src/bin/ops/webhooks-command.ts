/**
 * `npm run ops -- webhooks …`: which of a clinic's own systems are told of what happens, what became of telling them, and
 * telling them again. Running nodes need not hear of it: endpoints are read where events are noted.
 */
import { loadClinic } from '../../../db/clinics.ts';
import type { Database } from '../../../db/postgres.ts';
import {
  addEndpoint,
  type ListedDelivery,
  listDeliveries,
  listEndpoints,
  redeliver,
  removeEndpoint,
} from '../../../db/webhook-endpoints.ts';
import type { Keyring } from '../../../ops/encryption.ts';
import { WEBHOOK_EVENTS, type WebhookEventType } from '../../domain/webhooks.ts';
import { readTarget } from '../../webhooks/targets.ts';
import type { WebhooksOrder } from './arguments.ts';
import { clinicKey, NotDone } from './clinic-command.ts';

/** Answers what to tell whoever asked. Throws `NotDone`, or what the database threw. */
export async function runWebhooksCommand(
  order: WebhooksOrder,
  database: Database,
  keys: () => Keyring,
): Promise<string> {
  const clinic = await loadClinic(database, clinicKey(order.clinic));
  if (!clinic) throw new NotDone(`There is no clinic ${order.clinic}.`);
  switch (order.action) {
    case 'add': {
      const { id, secret } = await addEndpoint(database, keys(), clinic.id, wanted(order));
      return `endpoint ${id}\nsecret ${secret}\n`;
    }
    case 'list':
      return lines(await listEndpoints(database, clinic.id), ({ id, url, events }) => [id, url, events.join(',')]);
    case 'remove':
      if (!(await removeEndpoint(database, clinic.id, uuid(order.endpoint))))
        throw new NotDone(`${clinic.name} has no endpoint ${order.endpoint}.`);
      return `removed ${order.endpoint}\n`;
    case 'deliveries':
      return lines(await listDeliveries(database, clinic.id, order.deadOnly), deliveryWords);
    case 'redeliver': {
      const { delivery } = order;
      const count = await redeliver(database, clinic.id, delivery === null ? null : uuid(delivery));
      if (delivery !== null && count === 0) throw new NotDone(`${clinic.name} has no delivery ${delivery}.`);
      return `${count} to be delivered again, by whichever worker runs\n`;
    }
  }
}

function wanted({ url, events }: Extract<WebhooksOrder, { action: 'add' }>) {
  const target = readTarget(url, 'public');
  if ('problem' in target) throw new NotDone(`${url} ${target.problem}.`);
  const unknown = events?.find((type) => !isEventType(type));
  if (unknown !== undefined) throw new NotDone(`There is no event ${unknown}; there are ${WEBHOOK_EVENTS.join(', ')}.`);
  return { url: target.href, events: events === null ? WEBHOOK_EVENTS : events.filter(isEventType) };
}

const isEventType = (text: string): text is WebhookEventType => WEBHOOK_EVENTS.some((type) => type === text);

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function uuid(text: string): string {
  if (!UUID.test(text)) throw new NotDone(`"${text}" is no id.`);
  return text;
}

function deliveryWords({ id, status, type, attempts, at, url, reason }: ListedDelivery): readonly string[] {
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  return [id, status, type, tries, new Date(at).toISOString(), url, ...(reason === null ? [] : [reason])];
}

function lines<T>(rows: readonly T[], wordsOf: (row: T) => readonly string[]): string {
  return rows.length === 0 ? 'none\n' : rows.map((row) => `${wordsOf(row).join('  ')}\n`).join('');
}
