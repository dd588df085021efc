/** What is known of whoever calls from a number, in Postgres. */
import { z } from 'zod';
import type { PhoneNumber } from '../src/domain/clinic.ts';
import { isoWithOffset } from '../src/domain/clinic-time.ts';
import type { KnownAppointment, RecogniseCaller, TextedLine } from '../src/domain/known-caller.ts';
import { textConversationIn } from '../src/domain/texting.ts';
import type { Database, Sql } from './postgres.ts';

const callerRow = z.object({ name: z.string().nullable(), conversation: z.unknown() });

/** Whoever has more to come is not told of by heart. */
const APPOINTMENTS = 3;

const appointmentRow = z.object({
  appointmentId: z.string(),
  service: z.string(),
  provider: z.string(),
  startsAt: z.number(),
  timeZone: z.string(),
});

export function postgresKnownCallers(database: Database, now: () => number): RecogniseCaller {
  return async (clinicId, phone) => {
    const [[row], appointments] = await database.readClinic(clinicId, 'known_caller', (sql) => [
      sql`
        select (select nullif(name, '') from customers where clinic_id = ${clinicId} and phone = ${phone}) as name,
               (select conversation from sms_threads
                where clinic_id = ${clinicId} and phone = ${phone} and conversation_id is not null) as conversation`,
      selectToCome(sql, clinicId, phone, now()),
    ]);
    const { name, conversation } = callerRow.parse(row);
    return { name, appointments: appointments.map(knownIn), texted: linesOf(conversation) };
  };
}

function selectToCome(sql: Sql, clinicId: string, phone: PhoneNumber, after: number) {
  return sql`
    select a.id as "appointmentId", s.name as service, p.name as provider, a.starts_at as "startsAt",
           c.time_zone as "timeZone"
    from customers k
    join appointments a on a.clinic_id = k.clinic_id and a.customer_id = k.id
    join services s on s.id = a.service_id
    join providers p on p.id = a.provider_id
    join clinics c on c.id = k.clinic_id
    where k.clinic_id = ${clinicId} and k.phone = ${phone} and a.status = 'confirmed' and a.starts_at > ${after}
    order by a.starts_at, a.id limit ${APPOINTMENTS}`;
}

function knownIn(row: unknown): KnownAppointment {
  const { startsAt, timeZone, ...known } = appointmentRow.parse(row);
  return { ...known, startsAt: isoWithOffset(startsAt, timeZone) };
}

function linesOf(stored: unknown): readonly TextedLine[] {
  const history = textConversationIn(stored)?.history ?? [];
  return history.flatMap((item): readonly TextedLine[] =>
    item.kind === 'customer' || item.kind === 'assistant' ? [{ by: item.kind, text: item.text }] : [],
  );
}
