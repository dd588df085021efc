/** Messages for staff in Postgres. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { MessageStore, NewMessage } from '../src/domain/ports.ts';
import type { StaffAlert } from '../src/domain/staff-alerts.ts';
import { asOwner } from './call-register.ts';
import type { Database, Sql } from './postgres.ts';
import { settle } from './settle.ts';
import { alertStaff } from './staff-alerts.ts';

const idRow = z.object({ id: z.string() });

/** Throws where Postgres is out of reach; whether the message is stored is then unknown, and it may be left again. */
export function postgresMessageStore(database: Database): MessageStore {
  return {
    leave: (message) =>
      settle(() =>
        database.withClinic(message.clinicId, 'leave_message', (sql) =>
          asOwner(sql, message.fence, () => upsertMessage(sql, message)),
        ),
      ),
  };
}

/** As `leave`, as part of the clinic's transaction under way. */
export async function upsertMessage(sql: Sql, message: NewMessage): Promise<string> {
  const { clinicId, conversationId, customerName, customerPhone, content } = message;
  const recording = content.source === 'voicemail' ? content.recording : null;
  const text = content.source === 'voicemail' ? null : storable(content.text);
  const [row] = await sql`
    insert into messages (clinic_id, conversation_id, source, customer_name, customer_phone, text, recording_sid,
                          recording_url, recording_seconds, message_key, created_at)
    values (${clinicId}, ${conversationId}, ${content.source}, ${customerName && storable(customerName)}, ${customerPhone},
            ${text}, ${recording?.sid ?? null}, ${recording?.url ?? null}, ${recording?.seconds ?? null},
            ${hashed(message.key)}, ${message.now})
    on conflict (clinic_id, message_key) do update
    set customer_name = coalesce(excluded.customer_name, messages.customer_name), updated_at = now()
    returning id`;
  const { id } = idRow.parse(row);
  await alertStaff(sql, clinicId, `message/${id}`, alertOf(message));
  return id;
}

function alertOf({ customerName, customerPhone, content }: NewMessage): StaffAlert {
  if (content.source === 'voicemail')
    return { kind: 'voicemail', phone: customerPhone, seconds: content.recording.seconds };
  return { kind: 'message', name: customerName, phone: customerPhone, text: storable(content.text) };
}

/** A key may hold a whole message, and an index takes no more than some 2,700 bytes. */
function hashed(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Postgres has no place for NUL in a text. */
function storable(text: string): string {
  return text.replaceAll('\u0000', ' ');
}
