/**
 * What opens each clinic's calendars: its own credentials, sealed, or the installation's. Beside them stands whether
 * they do: "disconnected, because …" is written when credentials fail and cleared when they work again. What was read
 * is kept for a few seconds, so that a change is heard soon and a busy worker does not ask for each request.
 */
import { z } from 'zod';
import { type GoogleCredentials, readGoogleCredentials } from '../ops/config/google-credentials.ts';
import { type Keyring, UnknownKey } from '../ops/encryption.ts';
import { CalendarTrouble } from '../src/domain/calendar.ts';
import type { Database, Sql } from './postgres.ts';
import { type Rotation, resealRows } from './resealing.ts';
import { SharedReads } from './shared-reads.ts';

/** What was to be kept are no credentials; says why, and nothing of what was given. */
export class UnusableCredentials extends Error {
  override readonly name = 'UnusableCredentials';
}

export interface CalendarAccountsOptions {
  readonly keys: Keyring;
  /** For clinics without credentials of their own. */
  readonly installation: GoogleCredentials | null;
  readonly now?: () => number;
}

/** How old what is kept of a clinic may be. */
const FRESH_MS = 5_000;
const MOST_KEPT = 5_000;

const accountRow = z.object({
  credentials: z.instanceof(Uint8Array).nullable(),
  keyId: z.string().nullable(),
  trouble: z.string().nullable(),
});
type AccountRow = z.infer<typeof accountRow>;

interface Kept {
  readonly readAt: number;
  readonly row: AccountRow | null;
  readonly credentials: GoogleCredentials | null;
}

export function postgresCalendarAccounts(
  database: Database,
  options: CalendarAccountsOptions,
): PostgresCalendarAccounts {
  return new PostgresCalendarAccounts(database, options);
}

/** Behind the client of Google's API. */
class PostgresCalendarAccounts {
  readonly #database: Database;
  readonly #options: CalendarAccountsOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #reads = new SharedReads<null, Kept>();

  constructor(database: Database, options: CalendarAccountsOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** The same object as long as they are the same; null where nothing opens them. Throws a CalendarTrouble for what can't be read. */
  async credentialsOf(clinicId: string): Promise<GoogleCredentials | null> {
    return (await this.#accountOf(clinicId)).credentials;
  }

  /** They opened a calendar. */
  async worked(clinicId: string): Promise<void> {
    const known = this.#kept.get(clinicId)?.row;
    if (!known || known.trouble === null) return;
    this.#forget(clinicId);
    await this.#database.withClinic(
      clinicId,
      'calendar_connected',
      (sql) => sql`
        update calendar_accounts set status = 'connected', trouble = null, status_at = now(), updated_at = now()
        where clinic_id = ${clinicId} and status = 'disconnected'`,
    );
  }

  /** They do not, because …: words for staff. */
  async failed(clinicId: string, because: string): Promise<void> {
    if (this.#kept.get(clinicId)?.row?.trouble === because) return;
    this.#forget(clinicId);
    await this.#database.withClinic(
      clinicId,
      'calendar_disconnected',
      (sql) => sql`
        insert into calendar_accounts (clinic_id, status, trouble) values (${clinicId}, 'disconnected', ${because})
        on conflict (clinic_id) do update
        set status = 'disconnected', trouble = excluded.trouble, status_at = now(), updated_at = now()
        where calendar_accounts.trouble is distinct from excluded.trouble`,
    );
  }

  async #accountOf(clinicId: string): Promise<Kept> {
    const { now = Date.now } = this.#options;
    const known = this.#kept.get(clinicId);
    if (known && now() - known.readAt < FRESH_MS) return known;
    return this.#reads.ask(clinicId, null, async (depart) => {
      const [rows] = await this.#database.readClinic(clinicId, 'calendar_account', (sql) => {
        depart();
        return [selectAccount(sql, clinicId)];
      });
      const row = accountIn(rows);
      const before = this.#kept.get(clinicId);
      const isSame = before !== undefined && sameCredentials(before.row, row);
      const credentials = isSame ? before.credentials : this.#opened(clinicId, row);
      const kept = { readAt: now(), row, credentials };
      this.#keep(clinicId, kept);
      return kept;
    });
  }

  #opened(clinicId: string, row: AccountRow | null): GoogleCredentials | null {
    if (!row?.credentials || row.keyId === null) return this.#options.installation;
    try {
      const sealed = { keyId: row.keyId, bytes: Buffer.from(row.credentials) };
      return credentialsFrom(this.#options.keys.open(sealed, placeOf(clinicId)));
    } catch (error) {
      throw new CalendarTrouble('credentials', { reason: error instanceof UnknownKey ? 'unknown_key' : 'unreadable' });
    }
  }

  #keep(clinicId: string, kept: Kept): void {
    this.#kept.delete(clinicId);
    this.#kept.set(clinicId, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** It is read again before it is used again; the credentials stay the same object where they are the same. */
  #forget(clinicId: string): void {
    const kept = this.#kept.get(clinicId);
    if (kept) this.#kept.set(clinicId, { ...kept, readAt: Number.NEGATIVE_INFINITY });
  }
}

function selectAccount(sql: Sql, clinicId: string) {
  return sql`select credentials, key_id as "keyId", trouble from calendar_accounts where clinic_id = ${clinicId}`;
}

/** Of rows of `selectAccount`. */
function accountIn([row]: readonly unknown[]): AccountRow | null {
  return row === undefined ? null : accountRow.parse(row);
}

function sameCredentials(a: AccountRow | null, b: AccountRow | null): boolean {
  const [before, after] = [a?.credentials ?? null, b?.credentials ?? null];
  if (before === null || after === null) return before === after;
  return Buffer.from(before).equals(after);
}

const placeOf = (clinicId: string): string => `calendar_accounts ${clinicId}`;

/** Credentials as Google gave them; throws for anything else, without a word of what it holds. */
function credentialsFrom(json: string): GoogleCredentials {
  const reading = readGoogleCredentials(json, () => {
    throw new Error('not JSON');
  });
  if ('problem' in reading) throw new UnusableCredentials(reading.problem);
  return reading.value;
}

/** Keeps a clinic's own credentials, as Google's JSON has them, in place of what it had; null: the installation's again. Throws `UnusableCredentials`. */
export async function connectCalendar(
  database: Database,
  keys: Keyring,
  clinicId: string,
  json: string | null,
): Promise<void> {
  if (json !== null) credentialsFrom(json);
  const sealed = json === null ? null : keys.seal(json, placeOf(clinicId));
  await database.withClinic(
    clinicId,
    'connect_calendar',
    (sql) => sql`
      insert into calendar_accounts (clinic_id, credentials, key_id)
      values (${clinicId}, ${sealed?.bytes ?? null}, ${sealed?.keyId ?? null})
      on conflict (clinic_id) do update
      set credentials = excluded.credentials, key_id = excluded.key_id, status = 'connected', trouble = null,
          status_at = now(), updated_at = now()`,
  );
}

/** Seals everything anew that is not under the newest key; in one transaction, and as often as one likes. */
export function resealCalendars(database: Database, keys: Keyring): Promise<Rotation> {
  return database.transaction('reseal_calendars', async (sql) => {
    const rows = await sql`
      select clinic_id as id, clinic_id as "clinicId", key_id as "keyId", credentials as bytes from calendar_accounts
      where key_id <> ${keys.keyId} for update`;
    return resealRows(
      keys,
      rows,
      placeOf,
      ({ bytes, keyId }, clinicId) =>
        sql`
        update calendar_accounts set credentials = ${bytes}, key_id = ${keyId}, updated_at = now()
        where clinic_id = ${clinicId}`,
    );
  });
}
