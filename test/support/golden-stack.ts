/** A whole Ava, over real sockets and stores, for one caller's golden path. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { callFromBrowser } from '../sim/browser/caller.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import { type AvaStand, until } from './ava.ts';
import { fillDay, SOMEBODY_ELSE } from './full-day.ts';
import type { GoldenStand } from './golden-paths.ts';
import type { CallChannel, ToldAppointment, ToldCall } from './told-call.ts';

export interface StackCaller {
  readonly channel: CallChannel;
  /** The caller's number; a browser has none. */
  readonly from: string;
  readonly pace: number;
  /** As in `GoldenStand`. */
  readonly flawless: boolean;
}

type Heard = Pick<ToldCall, 'heard' | 'said'> & { readonly conversationId: string };

const RECORD_MS = 15_000;

export function goldenStack(ava: AvaStand, { channel, from, pace, flawless }: StackCaller): GoldenStand {
  const { clinic, clock, database } = ava;
  const place = channel === 'voice' ? byTelephone(ava, from) : inBrowser(ava, pace);
  return {
    clinic,
    at: clock.now(),
    flawless,
    async call(script) {
      const { conversationId, ...call } = await place(script);
      return { channel, ...call, ...(await recordOf(ava, conversationId)) };
    },
    appointments: () =>
      database.withClinic(
        clinic.id,
        'golden_appointments',
        (sql) => sql<ToldAppointment[]>`
          select a.id, s.name as service, p.name as provider, a.starts_at as "startsAt", a.ends_at as "endsAt",
                 k.name as customer, k.phone, k.email
          from appointments a
          join services s on s.id = a.service_id
          join providers p on p.id = a.provider_id
          join customers k on k.id = a.customer_id
          where a.status = 'confirmed' and k.phone <> ${SOMEBODY_ELSE.phone} order by a.created_at`,
      ),
    fill: (service, date) => fillDay(postgresBookingStore(database), { clinic, service, date, now: clock.now() }),
  };
}

function byTelephone(ava: AvaStand, from: string): (script: CallerScript) => Promise<Heard> {
  return async (script) => {
    const call = ava.place(script, { from });
    await call.ended;
    expect(call.log.violations).toEqual([]);
    const { id } = await ava.conversation(call);
    return { conversationId: id, heard: call.heardText, said: call.said.map(({ text }) => text) };
  };
}

function inBrowser({ publicUrl }: AvaStand, pace: number): (script: CallerScript) => Promise<Heard> {
  const url = (): string => `${publicUrl.replace(/^http/, 'ws')}/ws/voice/${randomUUID()}`;
  return (script) => callFromBrowser(url(), script, pace);
}

/** What is on record of a conversation, once it is closed. */
async function recordOf(
  { database, clinic }: AvaStand,
  id: string,
): Promise<Pick<ToldCall, 'outcome' | 'turns' | 'toolCalls'>> {
  return until(`the record of ${id} to be closed`, RECORD_MS, () =>
    database.withClinic(clinic.id, 'golden_record', async (sql) => {
      const [ended] = await sql<{ outcome: string }[]>`
        select outcome from conversations where id = ${id} and status = 'ended'`;
      if (!ended) return undefined;
      const turns = await sql<ToldCall['turns'][number][]>`
        select n, role, text from turns where conversation_id = ${id} order by n`;
      const toolCalls = await sql<ToldCall['toolCalls'][number][]>`
        select name, success, answer from tool_calls where conversation_id = ${id} order by n`;
      return { outcome: ended.outcome, turns, toolCalls };
    }),
  );
}
