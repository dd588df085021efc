/**
 * What this instance is told: the environment's variables, read once at start into one frozen object, or a list of all
 * that is wrong with them. Owns the shape of the configuration; the parts in `config/` own the variables' grammars.
 * Reads nothing but what it is given, and the file that `GOOGLE_CREDENTIALS` may name.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Environment } from './config/environment.ts';
import type { GoogleCredentials } from './config/google-credentials.ts';
import type { RedisTarget } from './config/redis-url.ts';
import type { Secret } from './config/secret.ts';
import { DEVELOPMENT_SECRETS, type Machine, type Variables, variables } from './config/variables.ts';

export { describeConfig } from './config/describe.ts';
export { readEnvironment } from './config/environment.ts';
export type { RedisTarget } from './config/redis-url.ts';
export { Secret } from './config/secret.ts';

/** The exit code of a program that was configured wrongly (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

export type NodeEnv = 'development' | 'test' | 'production';
export type LogLevel = Variables['LOG_LEVEL'];

/** The whole configuration. Addresses end without a slash; times carry their unit in the name. */
export interface Config {
  readonly nodeEnv: NodeEnv;
  readonly role: 'server' | 'worker' | 'all';
  readonly nodeId: string;
  readonly host: string;
  readonly port: number;
  readonly opsPort: number;
  /** What Twilio reaches, `http(s)://…`. */
  readonly publicUrl: string;
  /** The same for sockets, `ws(s)://…`. */
  readonly publicSocketUrl: string;
  readonly log: {
    readonly level: LogLevel;
    /** Shows names, numbers and words of callers in the log; otherwise they are redacted. */
    readonly pii: boolean;
  };
  readonly database: { readonly url: Secret; readonly poolSize: number };
  readonly redis: RedisTarget;
  readonly openai: {
    readonly apiKey: Secret;
    readonly baseUrl: string;
    readonly realtimeUrl: string;
    readonly models: {
      readonly realtime: string;
      readonly messaging: string;
      readonly sentiment: string;
      readonly transcription: string;
    };
  };
  readonly twilio: { readonly accountSid: string; readonly authToken: Secret; readonly apiBaseUrl: string };
  readonly google: {
    readonly credentials: GoogleCredentials | null;
    readonly calendarBaseUrl: string;
    readonly oauthBaseUrl: string;
    readonly maxStalenessS: number;
  };
  readonly calls: { readonly max: number; readonly drainTimeoutS: number; readonly resumeTtlS: number };
  readonly secrets: {
    readonly session: Secret;
    /** Newest first: the first encrypts, all decrypt. */
    readonly encryption: readonly [Secret, ...Secret[]];
  };
  readonly telemetry: {
    readonly sentryDsn: Secret | null;
    readonly otlpEndpoint: string | null;
    /** The share of turns, requests and jobs that are traced, 0 to 1. */
    readonly tracedShare: number;
  };
}

export type ConfigReading =
  | {
      readonly ok: true;
      readonly config: Config;
      /** What works but is unwise, `VARIABLE: advice`; for the log. */
      readonly warnings: readonly string[];
    }
  | {
      readonly ok: false;
      /** All that is wrong, `VARIABLE: what is wrong and what to do`; never a secret's value. */
      readonly problems: readonly string[];
    };

const WISE_SECRET_CHARACTERS = 32;

const thisMachine: Machine = {
  nodeId: () =>
    `${
      hostname()
        .replace(/[^\w.-]/g, '-')
        .slice(0, 50) || 'node'
    }-${randomBytes(3).toString('hex')}`,
  readFile: (path) => readFileSync(path, 'utf8'),
};

const withoutBlanks = (environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const text = value?.trim();
      return text ? [[name, text]] : [];
    }),
  );

function readNodeEnv(text: string | undefined): NodeEnv | undefined {
  const word = text?.toLowerCase() ?? 'development';
  return word === 'development' || word === 'test' || word === 'production' ? word : undefined;
}

/** What is wrong between variables that are each right. */
function clashes(given: Record<string, string>, production: boolean): string[] {
  const found: string[] = [];
  const port = given.PORT ?? '8000';
  if (port !== '0' && port === (given.OPS_PORT ?? '9090')) {
    found.push('OPS_PORT: the same as PORT: choose another, since it must not be reachable from outside');
  }
  for (const [name, publicValue] of Object.entries(DEVELOPMENT_SECRETS)) {
    if (production && given[name]?.includes(publicValue)) {
      found.push(`${name}: the development value, which everybody knows: make one of your own`);
    }
  }
  return found;
}

function warningsOf(config: Config, given: Record<string, string>): string[] {
  if (config.nodeEnv !== 'production') return [];
  const found: string[] = [];
  const { hostname: publicHost, protocol } = new URL(config.publicUrl);
  if (!given.PUBLIC_URL) found.push('PUBLIC_URL: not set, so Twilio is told http://localhost and can reach nothing');
  else if (protocol === 'http:' && publicHost !== 'localhost') {
    found.push('PUBLIC_URL: plain http: Twilio streams calls over wss only');
  }
  if (config.log.pii) found.push("LOG_PII: callers' names, numbers and words are written to the log");
  const { session, encryption } = config.secrets;
  const short = (secret: Secret): boolean => secret.reveal().length < WISE_SECRET_CHARACTERS;
  if (short(session)) found.push(`SESSION_SECRET: under ${WISE_SECRET_CHARACTERS} characters: easy to guess`);
  if (encryption.some(short))
    found.push(`ENCRYPTION_KEYS: a key under ${WISE_SECRET_CHARACTERS} characters: easy to guess`);
  return found;
}

function assemble(nodeEnv: NodeEnv, read: Variables): Config {
  const publicUrl = (read.PUBLIC_URL ?? `http://localhost:${read.PORT}`).replace(/^ws/, 'http');
  return {
    nodeEnv,
    role: read.ROLE,
    nodeId: read.NODE_ID,
    host: read.HOST,
    port: read.PORT,
    opsPort: read.OPS_PORT,
    publicUrl,
    publicSocketUrl: publicUrl.replace(/^http/, 'ws'),
    log: { level: read.LOG_LEVEL, pii: read.LOG_PII },
    database: { url: read.DATABASE_URL, poolSize: read.DATABASE_POOL_SIZE },
    redis: read.REDIS_URL,
    openai: {
      apiKey: read.OPENAI_API_KEY,
      baseUrl: read.OPENAI_BASE_URL,
      realtimeUrl: read.OPENAI_REALTIME_URL,
      models: {
        realtime: read.OPENAI_REALTIME_MODEL,
        messaging: read.OPENAI_MESSAGING_MODEL,
        sentiment: read.OPENAI_SENTIMENT_MODEL,
        transcription: read.OPENAI_TRANSCRIPTION_MODEL,
      },
    },
    twilio: {
      accountSid: read.TWILIO_ACCOUNT_SID,
      authToken: read.TWILIO_AUTH_TOKEN,
      apiBaseUrl: read.TWILIO_API_BASE_URL,
    },
    google: {
      credentials: read.GOOGLE_CREDENTIALS ?? null,
      calendarBaseUrl: read.GOOGLE_CALENDAR_BASE_URL ?? 'https://www.googleapis.com',
      oauthBaseUrl: read.GOOGLE_OAUTH_BASE_URL ?? read.GOOGLE_CALENDAR_BASE_URL ?? 'https://oauth2.googleapis.com',
      maxStalenessS: read.CALENDAR_MAX_STALENESS_S,
    },
    calls: { max: read.MAX_CALLS, drainTimeoutS: read.DRAIN_TIMEOUT_S, resumeTtlS: read.CALL_RESUME_TTL_S },
    secrets: { session: read.SESSION_SECRET, encryption: read.ENCRYPTION_KEYS },
    telemetry: {
      sentryDsn: read.SENTRY_DSN ?? null,
      otlpEndpoint: read.OTEL_EXPORTER_OTLP_ENDPOINT ?? null,
      tracedShare: read.OTEL_TRACES_SAMPLER_ARG,
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/**
 * Reads the variables of the contract, section 1. Blank ones count as unset. Never throws for what the environment
 * holds; in `production` every credential must be there.
 */
export function readConfig(environment: Environment, machine: Machine = thisMachine): ConfigReading {
  const given = withoutBlanks(environment);
  const nodeEnv = readNodeEnv(given.NODE_ENV);
  const production = nodeEnv === undefined || nodeEnv === 'production';
  const reading = variables(production, machine).safeParse(given);
  const problems = [
    ...(nodeEnv ? [] : ['NODE_ENV: none of development, test, production']),
    ...(reading.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...clashes(given, production),
  ];
  if (!reading.success || problems.length > 0 || !nodeEnv) return { ok: false, problems };
  const config = deepFreeze(assemble(nodeEnv, reading.data));
  return { ok: true, config, warnings: warningsOf(config, given) };
}
