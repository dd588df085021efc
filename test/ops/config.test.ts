import { readFileSync } from 'node:fs';
import { inspect, parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Config, type ConfigReading, describeConfig, EXIT_CONFIG, readConfig } from '../../ops/config.ts';
import { inProduction, secretValues, served } from './environments.ts';

function configOf(reading: ConfigReading): Config {
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  const reading = readConfig(environment);
  return reading.ok ? [] : reading.problems;
}

const named = (problems: readonly string[]): string[] => problems.map((line) => line.slice(0, line.indexOf(':')));

describe('defaults', () => {
  test('are those of the contract', () => {
    const config = configOf(readConfig(served));
    expect(config).toMatchObject({
      nodeEnv: 'development',
      role: 'all',
      port: 8000,
      opsPort: 9090,
      host: '0.0.0.0',
      publicUrl: 'http://localhost:8000',
      publicSocketUrl: 'ws://localhost:8000',
      log: { level: 'info', pii: false },
      database: { poolSize: 10 },
      openai: {
        baseUrl: 'https://api.openai.com/v1',
        realtimeUrl: 'wss://api.openai.com/v1/realtime',
        models: { realtime: 'gpt-realtime-2.1' },
      },
      twilio: { apiBaseUrl: 'https://api.twilio.com' },
      google: { credentials: null, oauthBaseUrl: 'https://oauth2.googleapis.com', maxStalenessS: 300 },
      calls: { drainTimeoutS: 60, resumeTtlS: 120 },
      telemetry: { sentryDsn: null, otlpEndpoint: null, tracedShare: 1 },
    });
  });

  test('let the public address follow the port', () => {
    expect(configOf(readConfig({ ...served, PORT: '8123' })).publicUrl).toBe('http://localhost:8123');
  });

  test('name each instance differently', () => {
    expect(configOf(readConfig(served)).nodeId).not.toBe(configOf(readConfig(served)).nodeId);
  });
});

describe('values', () => {
  test.each([
    ['INFO', 'info'],
    ['Warning', 'warn'],
    ['warn', 'warn'],
    ['DEBUG', 'debug'],
    ['error', 'error'],
  ])('LOG_LEVEL %s means %s', (written, level) => {
    expect(configOf(readConfig({ ...served, LOG_LEVEL: written })).log.level).toBe(level);
  });

  test('of the traced share are from 0 to 1', () => {
    for (const share of ['0', '0.25', '1', '1.0'])
      expect(configOf(readConfig({ ...served, OTEL_TRACES_SAMPLER_ARG: share })).telemetry.tracedShare).toBe(
        Number(share),
      );
    for (const wrong of ['1.5', '-0.1', '10%', '.5', 'all'])
      expect(named(problemsOf({ ...served, OTEL_TRACES_SAMPLER_ARG: wrong }))).toEqual(['OTEL_TRACES_SAMPLER_ARG']);
  });

  test('that are blank count as unset', () => {
    expect(configOf(readConfig({ ...served, PORT: '  ', SENTRY_DSN: '' })).port).toBe(8000);
    expect(named(problemsOf({ ...served, DATABASE_URL: ' ' }))).toEqual(['DATABASE_URL']);
  });

  test('of the public address may be a socket address, and lose the slash at their end', () => {
    const config = configOf(readConfig({ ...served, PUBLIC_URL: 'wss://ava.example:8443/door/' }));
    expect(config.publicUrl).toBe('https://ava.example:8443/door');
    expect(config.publicSocketUrl).toBe('wss://ava.example:8443/door');
  });

  test("tokens are fetched from the calendar's address where only that was moved", () => {
    const moved = { ...served, GOOGLE_CALENDAR_BASE_URL: 'http://127.0.0.1:4000/' };
    expect(configOf(readConfig(moved)).google.oauthBaseUrl).toBe('http://127.0.0.1:4000');
    const both = { ...moved, GOOGLE_OAUTH_BASE_URL: 'http://127.0.0.1:4001' };
    expect(configOf(readConfig(both)).google.oauthBaseUrl).toBe('http://127.0.0.1:4001');
  });

  test('are frozen all the way down', () => {
    const config = configOf(readConfig(inProduction));
    expect(Object.isFrozen(config)).toBe(true);
    expect(() => Object.assign(config.openai.models, { realtime: 'another' })).toThrow(TypeError);
    expect(Object.isFrozen(config.secrets.encryption)).toBe(true);
  });
});

describe('problems', () => {
  test('of ten variables are listed in one go, each with what to do', () => {
    const problems = problemsOf({
      ...served,
      ROLE: 'boss',
      PORT: '80x',
      OPS_PORT: '70000',
      PUBLIC_URL: 'ava.example',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://db-password@host/db',
      DATABASE_POOL_SIZE: '0',
      REDIS_URL: 'http://redis-password@host',
      OPENAI_REALTIME_URL: 'https://api.example/v1/realtime',
      MAX_CALLS: '-1',
    });
    const wrong =
      'DATABASE_POOL_SIZE DATABASE_URL LOG_LEVEL MAX_CALLS OPENAI_REALTIME_URL OPS_PORT PORT PUBLIC_URL REDIS_URL ROLE';
    expect(named(problems).toSorted()).toEqual(wrong.split(' '));
    expect(problems).toContain('ROLE: "boss" is none of server, worker, all');
    expect(problems.join()).not.toMatch(/db-password|redis-password/);
  });

  test('name what npm start would have brought', () => {
    const problems = problemsOf({});
    expect(named(problems)).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'OPENAI_API_KEY',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
    ]);
    for (const problem of problems) expect(problem).toMatch(/not set: run npm start, which brings one, or set it to /);
  });

  test('of production are every credential that is missing', () => {
    const problems = problemsOf({ NODE_ENV: 'production' });
    expect(named(problems)).toEqual([
      'DATABASE_URL',
      'REDIS_URL',
      'OPENAI_API_KEY',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_AUTH_TOKEN',
      'GOOGLE_CREDENTIALS',
      'SESSION_SECRET',
      'ENCRYPTION_KEYS',
    ]);
    expect(problems.join()).not.toContain('npm start');
  });

  test('of an unknown NODE_ENV come with the strictness of production', () => {
    expect(named(problemsOf({ ...served, NODE_ENV: 'prod' }))).toContain('NODE_ENV');
    expect(named(problemsOf({ ...served, NODE_ENV: 'prod' }))).toContain('SESSION_SECRET');
  });

  test('are development secrets in production, and one port for two', () => {
    const SESSION_SECRET = configOf(readConfig(served)).secrets.session.reveal();
    expect(named(problemsOf({ ...inProduction, SESSION_SECRET, OPS_PORT: '8000' }))).toEqual([
      'OPS_PORT',
      'SESSION_SECRET',
    ]);
  });

  test('never quote what may be a secret', () => {
    const problems = problemsOf({
      ...inProduction,
      DATABASE_URL: 'db-password',
      REDIS_URL: 'redis-password',
      GOOGLE_CREDENTIALS: '{"private_key":"google-key"',
      ENCRYPTION_KEYS: 'twilio-auth-token,,twilio-auth-token',
      SENTRY_DSN: 'sk-openai-key',
      PUBLIC_URL: 'https://ava:db-password@ava.example',
    });
    expect(problems).toHaveLength(6);
    for (const value of secretValues) expect(problems.join('\n')).not.toContain(value);
  });

  test('exit with the code of the contract', () => {
    expect(EXIT_CONFIG).toBe(78);
  });
});

describe('production', () => {
  test('takes simulators of other people at plain addresses, with any credentials', () => {
    const config = configOf(
      readConfig({
        ...inProduction,
        PUBLIC_URL: 'http://ava:8000',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
        OPENAI_REALTIME_URL: 'ws://127.0.0.1:1/v1/realtime',
        OPENAI_API_KEY: 'x',
        TWILIO_API_BASE_URL: 'http://127.0.0.1:2',
        TWILIO_ACCOUNT_SID: 'any',
        GOOGLE_CALENDAR_BASE_URL: 'http://127.0.0.1:3',
        SESSION_SECRET: 'short',
      }),
    );
    expect(config.openai.realtimeUrl).toBe('ws://127.0.0.1:1/v1/realtime');
  });

  test('warns of what works but is unwise', () => {
    const { PUBLIC_URL: _, ...silent } = inProduction;
    const reading = readConfig({ ...silent, SESSION_SECRET: 'short', LOG_PII: 'true' });
    expect(reading.ok && named(reading.warnings)).toEqual(['PUBLIC_URL', 'LOG_PII', 'SESSION_SECRET']);
    const wise = readConfig(inProduction);
    expect(wise.ok && wise.warnings).toEqual([]);
  });
});

const shownFor = (environment: Record<string, string | undefined>): string =>
  describeConfig(configOf(readConfig({ NODE_ID: 'n1', ...environment })));

describe('the example of a .env file', () => {
  const example = parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8'));

  test('names every variable, and no other', () => {
    const names = describeConfig(configOf(readConfig(served)))
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(new Set(Object.keys(example))).toEqual(new Set(names));
  });

  test('gives the defaults', () => {
    const given = Object.fromEntries(Object.entries(example).filter(([, value]) => value !== ''));
    expect(shownFor({ ...given, ...served })).toBe(shownFor(served));
  });
});

describe('what is shown', () => {
  const config = configOf(readConfig(inProduction));

  test('is every variable of the contract, by its name', () => {
    const shown = describeConfig(config)
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(shown).toHaveLength(new Set(shown).size);
    expect(shown).toEqual(expect.arrayContaining([...Object.keys(inProduction), 'MAX_CALLS', 'NODE_ID']));
  });

  test.each([
    ['describeConfig', describeConfig(config)],
    ['JSON', JSON.stringify(config)],
    ['console.log', inspect(config, { depth: 20, showHidden: true })],
    ['String', [config.openai.apiKey, config.secrets.session].map(String).join()],
  ])('by %s holds no secret', (_, shown) => {
    for (const value of secretValues) expect(shown).not.toContain(value);
  });

  test('tells where services are', () => {
    expect(describeConfig(config)).toMatch(/^DATABASE_URL +postgres:\/\/ava@db.example:5432\/ava$/m);
    expect(describeConfig(config)).toMatch(/^REDIS_URL +redis:\/\/redis.example:6379\/0$/m);
  });
});
