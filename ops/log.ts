/**
 * The log: one JSON line a fact, on standard output. The only importer of pino. It subscribes to the bus and is told
 * nothing else; what a line carries is the event's fields, with `error` cut down to its facts and `pii` redacted unless
 * asked for. Lines are written behind, in order, from a bounded buffer; where the reader is too
 * slow for it they are dropped and counted, and no call waits for a line.
 */
import { type DestinationStream, type Logger, destination as openDestination, pino, stdTimeFunctions } from 'pino';
import type { AvaEventName, AvaEvents } from '../src/domain/events.ts';
import type { LogLevel } from './config.ts';
import type { EventBus } from './events.ts';
import { errorFacts, placeOf } from './log/error-facts.ts';
import { LINES } from './log/lines.ts';

const BUFFER_LIMIT_BYTES = 8 * 1024 * 1024;
/** How long a closing log waits for its reader. */
const END_LIMIT_MS = 1000;
const STDOUT = 1;
/** A write costs a node more than what it writes: lines of a moment leave together. */
const GATHER_MS = 250;
const GATHER_BYTES = 8 * 1024;

export interface LogOptions {
  readonly events: EventBus;
  readonly level: LogLevel;
  /** This instance's name, on every line. */
  readonly nodeId: string;
  /** Shows what is under `pii` instead of redacting it. */
  readonly pii: boolean;
  /** Colours and columns for people, where pino-pretty is installed; else JSON. */
  readonly pretty: boolean;
  /** The trace that a fact belongs to, for its line; none where absent. */
  readonly traceIdOf?: ((event: object) => string | undefined) | undefined;
  /** Where lines go, one string each; standard output by default. */
  readonly destination?: DestinationStream | undefined;
}

export interface Log {
  readonly level: LogLevel;
  /** Lines dropped since the start, since nobody read them in time. */
  readonly dropped: number;
  /** Switches between debug and the level the log was opened with; the change is an event. */
  readonly toggleDebug: () => void;
  /**
   * Stops listening to events and signals, and resolves once everything is written. To be awaited before the process
   * exits: an exit writes what is buffered too, but may put it before a line that is being written.
   */
  readonly close: () => Promise<void>;
}

interface Sink {
  readonly stream: DestinationStream;
  dropped(): number;
  /** Resolves once everything is written, or nobody reads it in time. */
  end(): Promise<void>;
}

function standardOutput(): Sink {
  const stream = openDestination({
    dest: STDOUT,
    sync: false,
    maxLength: BUFFER_LIMIT_BYTES,
    minLength: GATHER_BYTES,
    periodicFlush: GATHER_MS,
  });
  let dropped = 0;
  stream.on('drop', () => {
    dropped += 1;
  });
  return {
    stream,
    dropped: () => dropped,
    end: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, END_LIMIT_MS);
        stream.once('close', () => {
          clearTimeout(timer);
          resolve();
        });
        stream.end();
      }),
  };
}

const given = (stream: DestinationStream): Sink => ({ stream, dropped: () => 0, end: async () => undefined });

/** Standard output for people; undefined where pino-pretty, a development dependency, is not installed. */
async function prettyOutput(): Promise<Sink | undefined> {
  try {
    const { default: pretty } = await import('pino-pretty');
    const layout = { colorize: true, singleLine: true, ignore: 'node,logger,event', translateTime: 'SYS:HH:MM:ss.l' };
    return given(pretty({ ...layout, destination: STDOUT, sync: true }));
  } catch {
    return undefined;
  }
}

function openLogger({ level, nodeId, pii }: LogOptions, stream: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { node: nodeId },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: pii ? [] : ['pii.*'], censor: '[redacted]' },
    },
    stream,
  );
}

const rounded = (value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 100) / 100 : value;

/** A line's fields: which part of the program speaks, of what, and the event's own. */
function fieldsOf(name: AvaEventName, event: object): Record<string, unknown> {
  const fields: Record<string, unknown> = { logger: name.slice(0, name.indexOf('.')), event: name };
  for (const [key, value] of Object.entries(event)) {
    if (key !== 'error') fields[key] = rounded(value);
  }
  if ('error' in event) {
    fields.place = placeOf(event.error);
    fields.error = errorFacts(event.error);
  }
  return fields;
}

type TraceIdOf = NonNullable<LogOptions['traceIdOf']>;

function writeLine<Name extends AvaEventName>(
  logger: Logger,
  traceIdOf: TraceIdOf,
  name: Name,
  event: AvaEvents[Name],
): void {
  const line = LINES[name];
  const level = typeof line.level === 'function' ? line.level(event) : line.level;
  if (!logger.isLevelEnabled(level)) return;
  const traceId = traceIdOf(event);
  const fields = fieldsOf(name, event);
  if (traceId !== undefined) fields.trace_id = traceId;
  logger[level](fields, line.message);
}

/** Opens the log and writes a line for each fact from here on; `SIGUSR2` toggles debug until it is closed. */
export async function openLog(options: LogOptions): Promise<Log> {
  const { events, level: openedWith, pretty, destination, traceIdOf = () => undefined } = options;
  const sink = destination ? given(destination) : (pretty && (await prettyOutput())) || standardOutput();
  const logger = openLogger(options, sink.stream);
  let level = openedWith;

  const toggleDebug = (): void => {
    level = level === 'debug' ? (openedWith === 'debug' ? 'info' : openedWith) : 'debug';
    logger.level = level;
    events.emit('process.log_level', { level });
  };
  const unsubscribe = events.onAny((name, event) => writeLine(logger, traceIdOf, name, event));
  process.on('SIGUSR2', toggleDebug);

  return {
    get level() {
      return level;
    },
    get dropped() {
      return sink.dropped();
    },
    toggleDebug,
    async close() {
      process.off('SIGUSR2', toggleDebug);
      unsubscribe();
      await sink.end();
    },
  };
}
