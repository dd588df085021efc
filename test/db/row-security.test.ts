import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarBook } from '../../db/calendar-book.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { postgresNoticeBook } from '../../db/notices.ts';
import { postgresPhraseStore } from '../../db/phrases.ts';
import { type Database, openPostgres, type Sql } from '../../db/postgres.ts';
import { queueText } from '../../db/text-queue.ts';
import { postgresThreadBook } from '../../db/thread-book.ts';
import { addEndpoint } from '../../db/webhook-endpoints.ts';
import { Secret } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import { bookingRequest, holdRequest, lumen, radiance, waitlistRequest } from '../contract/booking-requests.ts';
import { booked } from '../contract/booking-store.ts';
import { conversationOf } from '../contract/conversation-log.ts';
import { messageOf } from '../contract/message-store.ts';
import { phrase } from '../contract/phrase-store.ts';
import { type FreshService, freshDatabase } from '../support/services.ts';
import { textOf } from '../support/texts.ts';

const FACTS = [
  'clinics',
  'clinic_numbers',
  'opening_hours',
  'special_days',
  'special_day_hours',
  'services',
  'providers',
  'provider_services',
  'provider_hours',
  'staff_hours',
  'resources',
  'time_off',
  'clinic_changes',
];
const PRIVATE = [
  'customers',
  'appointments',
  'holds',
  'occupied',
  'outbox',
  'calendar_events',
  'calendar_lanes',
  'conversations',
  'turns',
  'tool_calls',
  'call_events',
  'calls',
  'phrases',
  'phrase_claims',
  'messages',
  'waitlist',
  'calendar_accounts',
  'calendar_mirrors',
  'calendar_busy',
  'scores',
  'webhook_endpoints',
  'webhook_events',
  'webhook_deliveries',
  'notices',
  'waitlist_offers',
  'sms_threads',
  'texts',
  'inbound_texts',
];
/** Of the whole installation, and of no clinic. */
const OPERATIONAL = ['nodes'];
const REFUSED = /row-level security|permission denied/;

describe('a transaction bound to one clinic', () => {
  let fresh: FreshService;
  let database: Database;
  let conversationId: string;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 4 });
    const store = postgresBookingStore(database);
    const conversation = conversationOf(lumen.id);
    conversationId = conversation.conversationId;
    const keys = keyring([new Secret('a key of a test')]);
    await addEndpoint(database, keys, lumen.id, { url: 'https://hooks.lumen.test', events: ['appointment.booked'] });
    const { id: appointmentId } = booked(await store.book(bookingRequest({ clinic: lumen, conversationId })));
    const noticed = { clinicId: lumen.id, appointmentId, token: randomUUID(), forMs: 1_000 };
    const notices = postgresNoticeBook(database);
    const notice = { kind: 'booked', body: 'Booked.', usefulForMs: 1_000 } as const;
    const due = await notices.claim(noticed);
    if (due !== null) await notices.settle(due, [notice], null);
    // Leaves a place of its event, and its calendar's lane.
    const claim = { clinicId: lumen.id, appointmentId, token: randomUUID(), forMs: 1_000 };
    await postgresCalendarBook(database).claim(claim);
    await store.hold(holdRequest({ clinic: lumen, at: 60 }));
    const serviceId = lumen.services[0]?.id ?? '';
    await store.joinWaitlist(waitlistRequest({ clinicId: lumen.id, serviceId }));
    const log = postgresConversationLog(database);
    for (const entry of [
      conversation.started,
      conversation.turn(1, 'Hello.'),
      conversation.toolCall(1),
      conversation.folded(0),
    ])
      log.write(entry);
    await log.close(10_000);
    const phrases = postgresPhraseStore(database);
    await phrases.keep(lumen.id, [phrase('greeting')]);
    await phrases.claim(lumen.id, 'node-a', 60_000);
    await postgresMessageStore(database).leave(messageOf({ clinicId: lumen.id }));
    await database.withClinic(lumen.id, 'queue', (sql) => queueText(sql, lumen.id, textOf()));
    const inbound = { clinicId: lumen.id, from: textOf().to, to: lumen.phone, messageSid: 'SM1', body: 'Hi', media: 0 };
    await postgresThreadBook(database).receive(inbound);
    // What nobody has written by now: every table has a row that must not be reached.
    await database.unbound('prepare', async (sql) => {
      await sql`insert into calendar_accounts (clinic_id) values (${lumen.id})`;
      await sql`insert into calendar_mirrors (clinic_id, calendar_id) values (${lumen.id}, 'amara@lumen.test')`;
      await sql`insert into calendar_busy values (${lumen.id}, 'amara@lumen.test', 'a', '2031-01-02', '2031-01-03')`;
      await sql`insert into scores (clinic_id, conversation_id, rubric_version, sentiment, satisfaction, follow_up_needed)
                values (${lumen.id}, ${conversationId}, 1, 'neutral', 5, false)`;
      await sql`
        insert into waitlist_offers (clinic_id, waitlist_id, provider_id, starts_at, ends_at, phone, expires_at)
        select w.clinic_id, w.id, p.id, now(), now() + interval '1 hour', customer_phone, now()
        from waitlist w join providers p on p.clinic_id = w.clinic_id where w.clinic_id = ${lumen.id}`;
      await sql`insert into staff_hours values (${lumen.id}, 1, '08:00', '20:00')`;
      await sql`insert into resources (clinic_id, name, kind) values (${lumen.id}, 'Room 1', 'room')`;
      await sql`insert into time_off (clinic_id, provider_id, first_day, last_day)
                select clinic_id, id, '2031-01-02', '2031-01-03' from providers where clinic_id = ${lumen.id}`;
    });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const count = (table: string, clinicId: string) =>
    database.withClinic(clinicId, 'count', async (sql) => {
      const [row] = await sql`select count(*)::int as n from ${sql(table)}`;
      return Number(row?.['n']);
    });

  it('covers every table there is', async () => {
    const tables = await tablesOf(database);
    expect(tables.map(({ name }) => name).toSorted()).toEqual([...FACTS, ...PRIVATE, ...OPERATIONAL].toSorted());
    expect(tables.filter(({ secured }) => !secured).map(({ name }) => name)).toEqual(OPERATIONAL);
  });

  it.each(PRIVATE)('sees its own rows of %s and none of another clinic', async (table) => {
    expect(await count(table, lumen.id)).toBeGreaterThan(0);
    expect(await count(table, radiance.id)).toBe(0);
  });

  it.each(OPERATIONAL)('cannot even look at %s', async (table) => {
    await expect(count(table, radiance.id)).rejects.toThrow(REFUSED);
  });

  it.each(FACTS)('sees no fact of another clinic in %s', async (table) => {
    const foreign = await database.withClinic(radiance.id, 'count', (sql) =>
      table === 'clinics'
        ? sql`select from clinics where id <> ${radiance.id}`
        : sql`select from ${sql(table)} where clinic_id <> ${radiance.id}`,
    );
    expect(foreign).toHaveLength(0);
  });

  it('sees nothing at all as a clinic that does not exist', async () => {
    for (const table of [...FACTS, ...PRIVATE]) expect(await count(table, randomUUID())).toBe(0);
  });

  it('can neither change nor remove nor take nor add a row of another clinic, in whatever table', async () => {
    for (const { name, clinicColumn, columns } of await tablesOf(database)) {
      if (clinicColumn === null) continue;
      const theirs = (sql: Sql) => sql`${sql(clinicColumn)} = ${lumen.id}`;
      const [row] = await database.unbound(
        'read',
        (sql) => sql`select to_jsonb(t)::text as text from ${sql(name)} as t where ${theirs(sql)} limit 1`,
      );
      expect(row, `${name} has a row to reach for`).toBeDefined();
      const attempts: Readonly<Record<string, (sql: Sql) => Promise<{ readonly count: number }>>> = {
        change: (sql) => sql`update ${sql(name)} set ${sql(clinicColumn)} = ${sql(clinicColumn)} where ${theirs(sql)}`,
        take: (sql) => sql`update ${sql(name)} set ${sql(clinicColumn)} = ${radiance.id} where ${theirs(sql)}`,
        remove: (sql) => sql`delete from ${sql(name)} where ${theirs(sql)}`,
        add: (sql) => sql`
          insert into ${sql(name)} (${sql.unsafe(columns)})
          select ${sql.unsafe(columns)} from jsonb_populate_record(null::${sql(name)}, ${row?.['text']}::text::jsonb)`,
      };
      for (const [what, attempt] of Object.entries(attempts)) {
        const reached = await database.withClinic(radiance.id, what, attempt).then(
          ({ count }) => count,
          (error: unknown) => (REFUSED.test(String(error)) ? 0 : String(error)),
        );
        expect(reached, `${what} ${name}`).toBe(0);
      }
    }
  });

  it('cannot give its own rows away', async () => {
    const move = database.withClinic(lumen.id, 'move', (sql) => sql`update customers set clinic_id = ${radiance.id}`);
    await expect(move).rejects.toThrow(REFUSED);
  });

  it('cannot book a provider of another clinic', async () => {
    const { slot, ...request } = bookingRequest({ at: 300 });
    const foreign = { ...slot, providerId: lumen.providers[0]?.id ?? '' };
    await expect(postgresBookingStore(database).book({ ...request, slot: foreign })).rejects.toThrow('foreign key');
  });

  it('cannot attach a turn to a conversation of another clinic', async () => {
    const attach = database.withClinic(
      radiance.id,
      'attach',
      (sql) => sql`
      insert into turns (clinic_id, conversation_id, n, role, text, started_at, ended_at)
      values (${radiance.id}, ${conversationId}, 9, 'customer', 'Hi.', now(), now())`,
    );
    await expect(attach).rejects.toThrow('foreign key');
  });

  it('cannot change the facts of its own clinic', async () => {
    const change = database.withClinic(radiance.id, 'change', (sql) => sql`update services set price_cents = 0`);
    await expect(change).rejects.toThrow(REFUSED);
  });

  it('is refused, not unbound, where what it is bound to is no clinic’s id', async () => {
    for (const id of ['', 'null', `${lumen.id}' or true`]) {
      const read = database.withClinic(id, 'read', (sql) => sql`select from customers`);
      expect(
        await read.then(
          (rows) => rows.length,
          () => 'refused',
        ),
        id,
      ).toBe(id === '' ? 0 : 'refused');
    }
  });

  it('leaves its role and its clinic behind on the pooled connection', async () => {
    const one = openPostgres({ url: fresh.url, poolSize: 1 });
    const who = () =>
      one.unbound('who', (sql) => sql`select current_user = session_user as itself, ava_clinic_id() as clinic`);
    await one.withClinic(radiance.id, 'read', (sql) => sql`select 1`);
    expect(await who()).toEqual([{ itself: true, clinic: null }]);
    await one.withClinic(radiance.id, 'fail', (sql) => sql`select 1 / 0`).catch(() => {});
    expect(await who()).toEqual([{ itself: true, clinic: null }]);
    await expect(one.readClinic(radiance.id, 'fail', (sql) => [sql`select 1 / 0`])).rejects.toThrow('division by zero');
    expect(await who()).toEqual([{ itself: true, clinic: null }]);
    await one.close();
  });

  it('holds for reads that are sent together with what begins their transaction', async () => {
    const [[bound], foreign] = await database.readClinic(radiance.id, 'read', askBound);
    expect(bound).toEqual({ role: 'ava_app', clinic: radiance.id });
    expect(foreign).toHaveLength(0);
    const [row] = await database.onConnection(radiance.id, 'read', async (clinic) => {
      await clinic.read(askBound);
      return clinic.change((sql) => askBound(sql)[0]);
    });
    expect(row).toEqual(bound);
  });

  it('holds for writes that are sent together with what begins and ends their transaction', async () => {
    const [[bound], foreign] = await database.writeClinic(radiance.id, 'write', askBound);
    expect(bound).toEqual({ role: 'ava_app', clinic: radiance.id });
    expect(foreign).toHaveLength(0);
    const phones = ['+15550166661', '+15550166662'] as const;
    await expect(
      database.writeClinic(radiance.id, 'write', (sql) => [addCustomer(sql, phones[0]), sql`select 1 / 0`]),
    ).rejects.toThrow('division by zero');
    await database.writeClinic(radiance.id, 'write', (sql) => [addCustomer(sql, phones[1])]);
    await expect(database.writeClinic(lumen.id, 'write', (sql) => [addCustomer(sql, phones[0])])).rejects.toThrow(
      'row-level',
    );
    const stored = await database.unbound(
      'read',
      (sql) => sql`select phone from customers where phone in ${sql([...phones])}`,
    );
    expect(stored).toEqual([{ phone: phones[1] }]);
  });

  it('lets nothing be changed by what only reads', async () => {
    const change = database.readClinic(lumen.id, 'change', (sql) => [sql`delete from holds`]);
    await expect(change).rejects.toThrow('read-only transaction');
  });
});

function addCustomer(sql: Sql, phone: string) {
  return sql`insert into customers (clinic_id, phone) values (${radiance.id}, ${phone})`;
}

/** Who asks, and whom they see. */
function askBound(sql: Sql) {
  return [sql`select current_user as role, ava_clinic_id() as clinic`, sql`select from customers`] as const;
}

describe('the role that transactions of a clinic run as', () => {
  let fresh: FreshService;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase();
    database = openPostgres({ url: fresh.url, poolSize: 2 });
  });
  afterAll(async () => {
    await database.close();
    await fresh.drop();
  });

  const ask = (statement: (sql: Sql) => Promise<readonly Readonly<Record<string, unknown>>[]>) =>
    database.unbound('ask', async (sql) => [...(await statement(sql))]);

  it('may nothing but what it is granted: it cannot log in, and row security holds for it', async () => {
    const rights = await ask(
      (sql) => sql`
        select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
        from pg_roles where rolname = 'ava_app'`,
    );
    expect(rights.map((row) => Object.values(row))).toEqual([[false, false, false, false, false, false]]);
  });

  it('is no member of a role that may more', async () => {
    expect(
      await ask((sql) => sql`select roleid::regrole from pg_auth_members where member = 'ava_app'::regrole`),
    ).toEqual([]);
  });

  it('owns nothing: row security does not hold for an owner', async () => {
    const owned = await ask(
      (sql) => sql`
        select classid::regclass, objid from pg_shdepend
        where deptype = 'o' and refclassid = 'pg_authid'::regclass and refobjid = 'ava_app'::regrole`,
    );
    expect(owned).toEqual([]);
  });

  it('can run no function with its owner’s rights, but those of triggers', async () => {
    const functions = await ask(
      (sql) => sql`
        select proname from pg_proc
        where pronamespace = 'public'::regnamespace and prosecdef and prorettype <> 'trigger'::regtype
          and has_function_privilege('ava_app', oid, 'execute')`,
    );
    expect(functions).toEqual([]);
  });

  it('cannot make tables of its own, nor empty those that there are', async () => {
    for (const statement of [
      'create table mine (id int)',
      'truncate customers',
      'alter table customers disable row level security',
    ]) {
      const attempt = database.withClinic(radiance.id, 'attempt', (sql) => sql.unsafe(statement));
      await expect(attempt, statement).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  it('sees no private row while it is bound to no clinic', async () => {
    await postgresBookingStore(database).book(bookingRequest());
    for (const table of PRIVATE) {
      const rows = await database.transaction('peek', async (sql) => {
        await sql`set local role ava_app`;
        return sql`select from ${sql(table)}`;
      });
      expect(rows, table).toHaveLength(0);
    }
  });
});

interface StoredTable {
  readonly name: string;
  readonly secured: boolean;
  /** Which column says whose a row is; null: of no clinic. */
  readonly clinicColumn: string | null;
  /** Those that may be written, as SQL. */
  readonly columns: string;
}

/** Every table that there is, from the catalog: one that is added is tested without being named here. */
function tablesOf(database: Database): Promise<readonly StoredTable[]> {
  return database.unbound(
    'tables',
    (sql) => sql<StoredTable[]>`
      select relname as name, relrowsecurity as secured,
             case when relname = 'clinics' then 'id'
                  when bool_or(attname = 'clinic_id') then 'clinic_id' end as "clinicColumn",
             string_agg(quote_ident(attname), ', ' order by attnum) filter (where attgenerated = '') as columns
      from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
      where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'migrations'
      group by relname, relrowsecurity`,
  );
}
