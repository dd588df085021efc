/**
 * What the stand has to bring: everything the environment does not name. A user who sets any variable of a dependency
 * brings that dependency himself, all of it. Pure but for the reading of `.env` and of the configuration.
 */

import type { Environment } from '../../../ops/config/environment.ts';
import { EXIT_CONFIG, readConfig, readEnvironment } from '../../../ops/config.ts';
import { freePort } from '../../../ops/embedded/port.ts';
import { Refusal } from './refusal.ts';

/** The variables that name each dependency; in the plan, those with none set are the stand's to bring. */
const DEPENDENCIES = {
  postgres: ['DATABASE_URL'],
  redis: ['REDIS_URL'],
  openai: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_REALTIME_URL'],
  twilio: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_BASE_URL'],
  google: ['GOOGLE_CREDENTIALS', 'GOOGLE_CALENDAR_BASE_URL', 'GOOGLE_OAUTH_BASE_URL'],
} as const;

export type Dependency = keyof typeof DEPENDENCIES;

export interface Plan {
  readonly environment: Environment;
  readonly brings: ReadonlySet<Dependency>;
  readonly host: string;
  readonly port: number;
  readonly opsPort: number;
  readonly publicUrl: string;
  /** How long a stopping Ava lets calls end. */
  readonly drainTimeoutMs: number;
}

const isSet = (value: string | undefined): boolean => (value ?? '').trim() !== '';

export function toBring(environment: Environment): Set<Dependency> {
  const missing = (names: readonly string[]): boolean => !names.some((name) => isSet(environment[name]));
  const brings = new Set<Dependency>();
  for (const name of ['postgres', 'redis', 'openai', 'twilio', 'google'] as const) {
    if (missing(DEPENDENCIES[name])) brings.add(name);
  }
  return brings;
}

/** Stands in for what is not started yet, so that the rest of the configuration can be judged before anything runs. */
const PLACEHOLDERS: Record<Dependency, Environment> = {
  postgres: { DATABASE_URL: 'postgres://ava@127.0.0.1/ava' },
  redis: { REDIS_URL: 'redis://127.0.0.1' },
  openai: { OPENAI_API_KEY: 'placeholder' },
  twilio: { TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`, TWILIO_AUTH_TOKEN: 'placeholder' },
  google: {},
};

/** A port of 0 means any free one; it is chosen here, since the stand must know it. */
async function withPorts(environment: Environment): Promise<Environment> {
  const chosen: Record<string, string> = {};
  for (const name of ['PORT', 'OPS_PORT']) {
    if (environment[name]?.trim() === '0') chosen[name] = String(await freePort());
  }
  return { ...environment, ...chosen };
}

/** Reads the environment and `.env`; throws a Refusal that lists all that is wrong with them. */
export async function planStand(own: Environment): Promise<Plan> {
  const environment = await withPorts({ NODE_ENV: 'development', ...readEnvironment(own) });
  if (environment.NODE_ENV?.trim().toLowerCase() === 'production') {
    throw new Refusal(
      'NODE_ENV is production, where nothing is embedded or simulated: npm run build, then npm run serve',
      EXIT_CONFIG,
    );
  }
  const brings = toBring(environment);
  const reading = readConfig(Object.assign({}, environment, ...[...brings].map((name) => PLACEHOLDERS[name])));
  if (!reading.ok) {
    throw new Refusal(
      ['The configuration is wrong:', ...reading.problems.map((line) => `  ${line}`)].join('\n'),
      EXIT_CONFIG,
    );
  }
  const { config } = reading;
  return {
    environment,
    brings,
    host: config.host,
    port: config.port,
    opsPort: config.opsPort,
    publicUrl: config.publicUrl,
    drainTimeoutMs: config.calls.drainTimeoutS * 1000,
  };
}
