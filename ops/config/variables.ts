/** Every environment variable: what it holds, its default, and what to do where it is needed and missing. */
import { z } from 'zod';
import { parseDatabaseUrl } from './database-url.ts';
import { parseEncryptionKeys } from './encryption-keys.ts';
import { address, field, oneOf, secret, secretAddress, share, shortName, wholeNumber, yesOrNo } from './field.ts';
import { readGoogleCredentials } from './google-credentials.ts';
import { parseRedisUrl } from './redis-url.ts';
import { Secret } from './secret.ts';

/** What reading the configuration asks of the machine. */
export interface Machine {
  /** This instance's name where none was given. */
  readonly nodeId: () => string;
  /** A text file's content; throws where there is none. */
  readonly readFile: (path: string) => string;
}

/** Secrets of a development machine, known to everybody; production refuses them. */
export const DEVELOPMENT_SECRETS = {
  SESSION_SECRET: 'development-only-session-secret-known-to-everybody',
  ENCRYPTION_KEYS: 'development-only-encryption-key-known-to-everybody',
} as const;

/**
 * Calls a node takes before it sheds new ones; well below what a core relays, so that drains and failovers find room.
 */
const DEFAULT_MAX_CALLS = 200;

const port = () => wholeNumber(0, 65_535);
const modelName = () => shortName();
const vendorAddress = () => address('https:', 'http:');
const socketAddress = () => address('wss:', 'ws:');

/** `value` where it is set, else a problem that says what to do about it. */
const needed = <T extends z.ZodType<unknown, string>>(schema: T, whatToDo: string) =>
  z.string({ error: `not set: ${whatToDo}` }).pipe(schema);

/** What to do about a missing variable that `npm start` would have brought, or that production wants. */
const instead = (production: boolean, what: string): string =>
  production
    ? `set it to ${what} (in production nothing is simulated or made up)`
    : `run npm start, which brings one, or set it to ${what}`;

function dependencies(production: boolean, machine: Machine) {
  const google = field((text) => readGoogleCredentials(text, machine.readFile));
  return {
    DATABASE_URL: needed(
      field(parseDatabaseUrl),
      instead(production, 'the address of a Postgres server, version 15 or later'),
    ),
    DATABASE_POOL_SIZE: wholeNumber(1, 1000).default(10),
    REDIS_URL: needed(field(parseRedisUrl), instead(production, 'the address of a Redis server, version 6.2 or later')),
    OPENAI_API_KEY: needed(secret(), instead(production, 'an API key of your OpenAI account')),
    OPENAI_BASE_URL: vendorAddress().default('https://api.openai.com/v1'),
    OPENAI_REALTIME_URL: socketAddress().default('wss://api.openai.com/v1/realtime'),
    OPENAI_REALTIME_MODEL: modelName().default('gpt-realtime-2.1'),
    OPENAI_MESSAGING_MODEL: modelName().default('gpt-5.4-mini'),
    OPENAI_SENTIMENT_MODEL: modelName().default('gpt-5.4-nano'),
    OPENAI_TRANSCRIPTION_MODEL: modelName().default('gpt-transcribe'),
    TWILIO_ACCOUNT_SID: needed(shortName(), instead(production, "your Twilio account's SID")),
    TWILIO_AUTH_TOKEN: needed(secret(), instead(production, "your Twilio account's auth token")),
    TWILIO_API_BASE_URL: vendorAddress().default('https://api.twilio.com'),
    GOOGLE_CREDENTIALS: production
      ? needed(google, "a service account's JSON, or the path of a file with it")
      : google.optional(),
    GOOGLE_CALENDAR_BASE_URL: vendorAddress().optional(),
    GOOGLE_OAUTH_BASE_URL: vendorAddress().optional(),
    CALENDAR_MAX_STALENESS_S: wholeNumber(1, 86_400).default(300),
  };
}

function secrets(production: boolean) {
  const random = 'set it to 32 or more random characters (openssl rand -base64 32), the same on every node';
  return {
    SESSION_SECRET: production
      ? needed(secret(), random)
      : secret().default(new Secret(DEVELOPMENT_SECRETS.SESSION_SECRET)),
    ENCRYPTION_KEYS: production
      ? needed(field(parseEncryptionKeys), random)
      : field(parseEncryptionKeys).default([new Secret(DEVELOPMENT_SECRETS.ENCRYPTION_KEYS)]),
    SENTRY_DSN: secretAddress().optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: vendorAddress().optional(),
    OTEL_TRACES_SAMPLER_ARG: share().default(1),
  };
}

/** The schema of all variables; blank ones must have been left out before. */
export const variables = (production: boolean, machine: Machine) =>
  z.object({
    ROLE: oneOf(['server', 'worker', 'all']).default('all'),
    PORT: port().default(8000),
    OPS_PORT: port().default(9090),
    HOST: shortName().default('0.0.0.0'),
    PUBLIC_URL: address('https:', 'http:', 'wss:', 'ws:').optional(),
    NODE_ID: shortName().default(machine.nodeId),
    LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error'], { warning: 'warn' }).default('info'),
    LOG_PII: yesOrNo().default(false),
    MAX_CALLS: wholeNumber(0, 100_000).default(DEFAULT_MAX_CALLS),
    DRAIN_TIMEOUT_S: wholeNumber(0, 3600).default(60),
    CALL_RESUME_TTL_S: wholeNumber(1, 3600).default(120),
    ...dependencies(production, machine),
    ...secrets(production),
  });

export type Variables = z.output<ReturnType<typeof variables>>;
