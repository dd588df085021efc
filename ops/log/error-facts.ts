/**
 * What may be told of an error: type, code, where it happened, and a message without callers' data. Messages of
 * libraries quote what they were given (a value that is no uuid, the JSON that does not parse, a key that is taken
 * already), so quotes are emptied where the library is known to do so, and numbers of phones, mail addresses and
 * credentials everywhere. Fields such as a query's parameters or rows are never read.
 */
import { fileURLToPath } from 'node:url';

/** An error as a log shows it. */
export interface ErrorFacts {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** The library's or system's own code, such as `ECONNREFUSED`, `23P01` or `21610`. */
  readonly code: string | undefined;
  readonly status: number | undefined;
  /** Names in the database's schema, where Postgres told them. */
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly cause: ErrorFacts | undefined;
  readonly errors: readonly ErrorFacts[] | undefined;
}

const MESSAGE_LIMIT_CHARACTERS = 500;
const STACK_LIMIT_FRAMES = 20;
const CAUSE_LIMIT = 3;
const AGGREGATE_LIMIT = 5;

/** Errors whose messages quote input. */
const QUOTING = /^(?:PostgresError|DatabaseError|SyntaxError|ReplyError|URIError|RangeError)$/;
const FRAME = /^\s+at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\)|<anonymous>)$/;
const FRAME_PARTS = /^\s+at (?:(?:async )?(?<name>.+) \()?(?<path>[^()]+:\d+):\d+\)?$/;
/** The project's folder, whether this file runs as it is or as part of a bundle in `dist/`. */
const PROJECT = fileURLToPath(new URL('.', import.meta.url)).replace(/(?:ops\/log|dist)\/$/, '');
const WORD = /^[A-Za-z_$][\w$.-]{0,63}$/;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && WORD.test(value) ? value : undefined;

/** A text without the forms in which callers' data and credentials are known to appear. */
export function scrubbed(text: string): string {
  const clean = text
    .replace(/:\/\/[^\s/@]*@/g, '://[redacted]@')
    .replace(/\b(?:sk|rk|pk)-[\w-]{8,}/g, '[key]')
    .replace(/\bBearer\s+\S+/gi, 'Bearer [redacted]')
    .replace(/[\w.+%-]+@[\w-]+(?:\.[\w-]+)+/g, '[email]')
    .replace(/\+\d[\d ().-]{5,}\d|\(?\b\d{3}\)?[ .-]\d{3}[ .-]?\d{4}\b|\b\d{10,15}\b/g, '[number]');
  return clean.length > MESSAGE_LIMIT_CHARACTERS ? `${clean.slice(0, MESSAGE_LIMIT_CHARACTERS)}…` : clean;
}

const unquoted = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"?/gs, '"…"').replace(/(^|[\s(:])'[^']*'?/gs, "$1'…'");

/** zod's issues as `path: code`; a key that a caller may have chosen is shown as `*`. */
function zodMessage(issues: readonly unknown[]): string {
  return issues
    .slice(0, AGGREGATE_LIMIT)
    .map((issue) => {
      const { path, code } = isRecord(issue) ? issue : {};
      const steps = Array.isArray(path)
        ? path.map((step) => (typeof step === 'number' ? step : (word(step) ?? '*')))
        : [];
      return `${steps.join('.') || '(root)'}: ${word(code) ?? 'invalid'}`;
    })
    .join('; ');
}

function messageOf(error: Error, type: string): string {
  if ('issues' in error && Array.isArray(error.issues)) return zodMessage(error.issues);
  return scrubbed(QUOTING.test(type) ? unquoted(error.message) : error.message);
}

const codeOf = (code: unknown): string | undefined => {
  if (typeof code === 'number') return String(code);
  return typeof code === 'string' && /^[\w.-]{1,64}$/.test(code) ? code : undefined;
};

const frames = (error: Error): readonly string[] => {
  // Without the head, which is the message: a message may have lines that look like frames.
  const head = `${error.name}: ${error.message}`;
  const stack = error.stack ?? '';
  const rest = stack.startsWith(head) ? stack.slice(head.length) : stack;
  return rest
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, STACK_LIMIT_FRAMES);
};

/** Our own part of a bundle is traced to its source, that of packages is not. */
const isOfPackage = (line: string): boolean => line.includes('node_modules') || line.includes(`${PROJECT}dist/`);

/** Where an error came from: function and place of its first frame in our own code. */
export function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = frames(error).find((line) => line.includes(PROJECT) && !isOfPackage(line));
  const { name, path } = FRAME_PARTS.exec(own ?? '')?.groups ?? {};
  if (!path) return undefined;
  const file = path.slice(path.indexOf(PROJECT) + PROJECT.length);
  return name ? `${name} (${file})` : file;
}

const NOTHING_KNOWN = {
  stack: undefined,
  code: undefined,
  status: undefined,
  constraint: undefined,
  table: undefined,
  column: undefined,
  cause: undefined,
  errors: undefined,
} as const;

/** The facts of whatever was thrown. */
export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error)) {
    return { ...NOTHING_KNOWN, type: error === null ? 'null' : typeof error, message: 'not an Error was thrown' };
  }
  const type = word(error.name) ?? word(error.constructor.name) ?? 'Error';
  const message = messageOf(error, type);
  const fields: Readonly<Record<string, unknown>> = isRecord(error) ? error : {};
  const deeper = depth < CAUSE_LIMIT;
  return {
    type,
    message,
    code: codeOf(fields.code),
    status: typeof fields.status === 'number' ? fields.status : undefined,
    constraint: word(fields.constraint_name),
    table: word(fields.table_name),
    column: word(fields.column_name),
    cause: deeper && error.cause instanceof Error ? errorFacts(error.cause, depth + 1) : undefined,
    errors:
      deeper && error instanceof AggregateError
        ? error.errors.slice(0, AGGREGATE_LIMIT).map((each: unknown) => errorFacts(each, depth + 1))
        : undefined,
    stack: [`${type}: ${message}`, ...frames(error)].join('\n'),
  };
}
