import type { Config } from '../config.ts';
import { shownAddress } from './database-url.ts';
import type { Endpoint, RedisTarget } from './redis-url.ts';
import type { Secret } from './secret.ts';

const SET = '[set]';
const UNSET = '[not set]';

const given = (secret: Secret | null): string => (secret === null ? UNSET : SET);

const hostList = (endpoints: readonly Endpoint[]): string =>
  endpoints.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');

/** A Redis target in the grammar of `REDIS_URL`, without its password. */
export function shownRedis(target: RedisTarget): string {
  const scheme = target.tls ? 'rediss' : 'redis';
  const access = target.username === null ? '' : `${target.username}@`;
  if (target.kind === 'single') return `${scheme}://${access}${hostList([target.endpoint])}/${target.db}`;
  if (target.kind === 'cluster') return `${scheme}+cluster://${access}${hostList(target.nodes)}`;
  return `${scheme}+sentinel://${access}${hostList(target.sentinels)}/${target.name}/${target.db}`;
}

const services = ({ database, redis, openai, twilio, google }: Config): Record<string, string | number> => ({
  DATABASE_URL: shownAddress(database.url.reveal()),
  DATABASE_POOL_SIZE: database.poolSize,
  REDIS_URL: shownRedis(redis),
  OPENAI_API_KEY: given(openai.apiKey),
  OPENAI_BASE_URL: openai.baseUrl,
  OPENAI_REALTIME_URL: openai.realtimeUrl,
  OPENAI_REALTIME_MODEL: openai.models.realtime,
  OPENAI_MESSAGING_MODEL: openai.models.messaging,
  OPENAI_SENTIMENT_MODEL: openai.models.sentiment,
  OPENAI_TRANSCRIPTION_MODEL: openai.models.transcription,
  TWILIO_ACCOUNT_SID: twilio.accountSid,
  TWILIO_AUTH_TOKEN: given(twilio.authToken),
  TWILIO_API_BASE_URL: twilio.apiBaseUrl,
  GOOGLE_CREDENTIALS: google.credentials === null ? UNSET : `${SET}, ${google.credentials.type}`,
  GOOGLE_CALENDAR_BASE_URL: google.calendarBaseUrl,
  GOOGLE_OAUTH_BASE_URL: google.oauthBaseUrl,
});

/** The configuration as it may be shown: one line a variable, in the order of the contract; no secret among them. */
export function describeConfig(config: Config): string {
  const { calls, secrets, telemetry } = config;
  const lines: Record<string, string | number | boolean> = {
    NODE_ENV: config.nodeEnv,
    ROLE: config.role,
    PORT: config.port,
    OPS_PORT: config.opsPort,
    HOST: config.host,
    PUBLIC_URL: config.publicUrl,
    NODE_ID: config.nodeId,
    LOG_LEVEL: config.log.level,
    LOG_PII: config.log.pii,
    ...services(config),
    CALENDAR_MAX_STALENESS_S: config.google.maxStalenessS,
    MAX_CALLS: calls.max,
    DRAIN_TIMEOUT_S: calls.drainTimeoutS,
    CALL_RESUME_TTL_S: calls.resumeTtlS,
    SESSION_SECRET: given(secrets.session),
    ENCRYPTION_KEYS: `${SET}, ${secrets.encryption.length}`,
    SENTRY_DSN: given(telemetry.sentryDsn),
    OTEL_EXPORTER_OTLP_ENDPOINT: telemetry.otlpEndpoint ?? UNSET,
    OTEL_TRACES_SAMPLER_ARG: telemetry.tracedShare,
  };
  const width = Math.max(...Object.keys(lines).map((name) => name.length));
  return Object.entries(lines)
    .map(([name, shown]) => `${name.padEnd(width)}  ${shown}`)
    .join('\n');
}
