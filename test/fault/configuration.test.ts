import { afterEach, describe, expect, it } from 'vitest';
import { EXIT_CONFIG } from '../../ops/config.ts';
import { inProduction, secretValues } from '../ops/environments.ts';
import { type AvaProcess, spawnAva } from '../support/ava-process.ts';

let ava: AvaProcess;
afterEach(() => ava.close());

const ENDED_MS = 15_000;

/** Each is wrong in its own way; some hold a secret where none belongs. */
const MISTAKES = {
  ROLE: 'receptionist',
  PORT: '80x',
  OPS_PORT: '70000',
  PUBLIC_URL: 'https://ava:db-password@ava.example',
  LOG_LEVEL: 'loud',
  DATABASE_URL: 'mysql://ava:db-password@db.example/ava',
  REDIS_URL: 'http://:redis-password@redis.example',
  OPENAI_API_KEY: '',
  GOOGLE_CREDENTIALS: '{"private_key":"google-key"',
  ENCRYPTION_KEYS: 'newest-key-of-thirty-two-characters,,older-key-of-thirty-two-characters!',
};

describe('the program with ten mistakes in its configuration', () => {
  it.each(['serve', '--check-config'])('ends with 78 and names them all, and no secret (%s)', async (flag) => {
    ava = await spawnAva({
      program: 'source',
      environment: { ...inProduction, ...MISTAKES },
      programFlags: flag === 'serve' ? [] : [flag],
    });
    expect(await ava.ended(ENDED_MS)).toEqual({ code: EXIT_CONFIG, signal: null });
    const output = ava.output();
    const lines = output.split('\n').filter((line) => line.startsWith('  - '));
    const named = lines.map((line) => /^ {2}- (\w+): /.exec(line)?.[1]);
    expect(output).toContain("Ava can't start: 10 thing(s) to mend in the configuration.");
    expect(new Set(named)).toEqual(new Set(Object.keys(MISTAKES)));
    expect(named).toHaveLength(10);
    for (const secret of secretValues) expect(output).not.toContain(secret);
    expect(output).not.toMatch(/^\s+at /m);
  });
});
