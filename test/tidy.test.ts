/**
 * Who may import whom, held by a test: the table below is the architecture. Also: one file owns each driver or SDK, and
 * no folder stands outside of the table.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Folder → what its files may import besides their own folder. `messages` stands for other actors' `messages.ts`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/domain': [],
  'actors/kernel': [],
  'actors/call': ['src/domain', 'actors/kernel', 'messages'],
  'actors/phone': ['src/domain', 'actors/kernel', 'messages'],
  'actors/model': ['src/domain', 'actors/kernel', 'messages'],
  'src/receptionist': ['src/domain'],
  'src/twilio': ['src/domain', 'actors/phone/messages.ts', 'ops'],
  'src/openai': ['src/domain', 'actors/model/messages.ts', 'ops'],
  'src/google': ['src/domain', 'ops'],
  'src/webhooks': ['src/domain', 'ops'],
  'src/browser': ['src/domain', 'messages', 'ops'],
  'src/http': ['src/domain', 'src/twilio', 'messages', 'ops'],
  db: ['src/domain', 'ops'],
  queues: ['src/domain', 'ops'],
  ops: ['src/domain'],
  'src/bin': ['src', 'actors', 'db', 'queues', 'ops'],
  'test/sim': [],
  test: ['src', 'actors', 'db', 'queues', 'ops'],
};

/** The only files that may import these packages, and what pure folders may use. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  'uWebSockets.js': ['src/http/uws.ts'],
  'uws-legacy': ['src/http/uws.ts'],
  postgres: ['db/postgres-connection.ts'],
  ioredis: ['db/redis.ts'],
  bullmq: ['queues/executor.ts'],
  openai: ['src/openai/responses.ts'],
  'node-pg-migrate': ['db/migrate.ts'],
  '@opentelemetry/api': ['ops/traces/opentelemetry.ts', 'ops/traces/sampling.ts', 'ops/traces/turns.ts'],
  '@opentelemetry/context-async-hooks': ['ops/traces/opentelemetry.ts'],
  '@opentelemetry/core': ['ops/traces/opentelemetry.ts', 'ops/traces/exporting.ts'],
  '@opentelemetry/exporter-trace-otlp-proto': ['ops/traces/exporting.ts'],
  '@opentelemetry/resources': ['ops/traces/opentelemetry.ts'],
  '@opentelemetry/sdk-trace': ['ops/traces/exporting.ts', 'ops/traces/opentelemetry.ts', 'ops/traces/sampling.ts'],
  'bullmq-otel': ['ops/traces/opentelemetry.ts'],
  pino: ['ops/log.ts'],
  'prom-client': ['ops/metrics.ts'],
  '@googleapis/calendar': ['src/google/calendar.ts', 'src/google/sdk.ts'],
  'google-auth-library': ['src/google/access-tokens.ts', 'src/google/sdk.ts'],
  yaml: ['src/bin/ops/clinic-file.ts'],
  'chrono-node': ['src/domain/mentions.ts'],
  'libphonenumber-js': ['src/domain/phone-numbers.ts'],
  'temporal-polyfill': ['src/domain/clinic-time.ts'],
};

/** Folders whose code is pure: no `node:`, and no package but those named in OWNERS for one of their files. */
const PURE = ['src/domain', 'actors/kernel', 'actors/call', 'actors/model'];

/** Packages of whose types anybody may speak. */
const TYPES_FOR_ALL = ['openai'];

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isType: boolean;
}

const files = ['src', 'actors', 'queues', 'db', 'ops', 'test']
  .flatMap((top) => readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((file) => `${top}/${file}`))
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => normalize(file))
  .sort();

const imports: readonly Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join(ROOT, file), 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    ),
  ].map((match) => {
    const target = match[1] ?? match[2] ?? match[3] ?? '';
    const isType = /^\s*import type\b/.test(match[0]);
    return { file, isType, target: target.startsWith('.') ? normalize(join(dirname(file), target)) : target };
  }),
);

const folderOf = (file: string): string | undefined =>
  Object.keys(MAY_IMPORT)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];

const isLocal = (target: string): boolean => /^(src|actors|queues|db|ops|test|load)\//.test(target);
const packageOf = (target: string): string =>
  target.startsWith('@') ? target.split('/').slice(0, 2).join('/') : (target.split('/')[0] ?? '');

function allowed({ file, target }: Import): boolean {
  const folder = folderOf(file);
  if (folder === undefined) return false;
  if (target.startsWith(`${folder}/`) && folderOf(target) === folder) return true;
  if (folder === 'src/bin' && target.startsWith('test/'))
    return file.startsWith('src/bin/dev') && target.startsWith('test/sim/');
  if (folder === 'test' && target.startsWith('test/')) return true;
  return (MAY_IMPORT[folder] ?? []).some((rule) =>
    rule === 'messages'
      ? /^actors\/\w+\/messages\.ts$/.test(target)
      : rule.endsWith('.ts')
        ? target === rule
        : target.startsWith(`${rule}/`),
  );
}

describe('the import rules', () => {
  it('see the whole tree', () => {
    expect(files.length).toBeGreaterThan(150);
    expect(imports.filter(({ target }) => isLocal(target)).length).toBeGreaterThan(400);
    for (const folder of Object.keys(MAY_IMPORT)) {
      expect(files.filter((file) => folderOf(file) === folder).length, folder).toBeGreaterThan(0);
    }
  });

  it('know every folder', () => {
    expect(files.filter((file) => folderOf(file) === undefined)).toEqual([]);
  });

  it('hold between our folders', () => {
    const broken = imports.filter((each) => isLocal(each.target) && !allowed(each));
    expect(broken.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('leave each driver to the file that owns it', () => {
    const outside = imports.filter(({ file, target, isType }) => {
      const owners = OWNERS[packageOf(target)];
      if (isType && TYPES_FOR_ALL.includes(packageOf(target))) return false;
      return owners !== undefined && !owners.includes(file) && !file.startsWith('test/');
    });
    expect(outside.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('keep pure code pure', () => {
    const impure = imports.filter(
      ({ file, target }) =>
        PURE.some((folder) => file.startsWith(`${folder}/`)) &&
        !isLocal(target) &&
        !(OWNERS[packageOf(target)] ?? []).includes(file),
    );
    expect(impure.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('let no default export in', () => {
    const found = files.filter((file) => /^export default\b/m.test(readFileSync(join(ROOT, file), 'utf8')));
    expect(found.map((file) => relative('.', file))).toEqual([]);
  });
});
