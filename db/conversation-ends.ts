/** What follows the end of conversations, noted in the transaction that closes them. */
import { ringFor, SCORE_CONVERSATION } from './outbox.ts';
import type { Sql } from './postgres.ts';
import { alertOfEscalations } from './staff-alerts.ts';
import { noteWebhookEvents } from './webhook-events.ts';

/** Whoever closes conversations says so. */
export async function noteEnds(sql: Sql, clinicId: string, closed: readonly { readonly id: string }[]): Promise<void> {
  const ids = closed.map(({ id }) => id);
  await ringFor(sql, clinicId, SCORE_CONVERSATION, ids);
  await noteWebhookEvents(sql, clinicId, 'conversation.ended', ids);
  await alertOfEscalations(sql, clinicId, ids);
}
