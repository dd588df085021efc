/** What went wrong with Postgres, told apart by what may be done next. Knows SQLSTATEs, not the driver. */

/** The database could not be reached, did not answer in time, or has too many callers. Whether a write took effect is unknown. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
/** Classes and states that mean "not now", not "not like this": https://www.postgresql.org/docs/15/errcodes-appendix.html */
const OUTAGE_STATES = [
  /^08/, // connection exceptions
  /^28/, // authentication: a password is being rotated
  /^3D/, // no such database: not restored yet
  /^53/, // insufficient resources
  /^57P0/, // shut down, starting up, terminated by an administrator
  /^57014/, // statement timeout
  /^55P03/, // lock timeout
  /^25P03/, // idle-in-transaction timeout
  /^25006/, // read-only: we are talking to a standby, a failover is under way
];
/** The data itself will not do: wrong values, broken constraints, too much of it. */
const REFUSAL_STATES = /^(22|23|54)/;
/** The transaction was rolled back, and the same again may well pass: deadlock, serialization, a row made meanwhile. */
const CONFLICT_STATES = ['40P01', '40001', '23505'];
/** What Node and postgres.js put into `code` when the connection itself failed. */
const CONNECTION_CODE = /^(CONNECTION_|CONNECT_TIMEOUT|E[A-Z]+$)/;

/** The SQLSTATE of a server error; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const code = field(error, 'code');
  return code !== undefined && SQLSTATE.test(code) && field(error, 'severity') !== undefined ? code : undefined;
}

/** The constraint a server error names. */
export function violatedConstraint(error: unknown): string | undefined {
  return field(error, 'constraint_name');
}

/** True where Postgres could not be reached or could not serve: worth trying again later, its effect unknown. */
export function isOutage(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  const state = sqlState(error);
  if (state !== undefined) return OUTAGE_STATES.some((pattern) => pattern.test(state));
  const code = field(error, 'code');
  return code !== undefined && CONNECTION_CODE.test(code);
}

/** True where a lock was not to be had in time: nothing was done. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/** True where the transaction lost a race and left nothing behind: worth trying again at once. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && CONFLICT_STATES.includes(state);
}

/** True where the same statement with the same data will never pass, whatever becomes of the server. */
export function isRefusal(error: unknown): boolean {
  const state = sqlState(error);
  // What is no error of the server and no outage is our own: the data could not even be written down.
  if (state === undefined) return !isOutage(error);
  return REFUSAL_STATES.test(state) && !isConflict(error);
}

function field(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
