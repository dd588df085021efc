import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { missingPackages } from '../../src/bin/run/install.mjs';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const lockFile = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
});

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ava-install-'));
  await mkdir(join(dir, 'node_modules', 'one'), { recursive: true });
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const write = (file: string, packages: object): Promise<void> =>
  writeFile(join(dir, file), JSON.stringify({ packages }));

describe('the dependencies', () => {
  it('are all there when each has the version of the lock file; other platforms’ may be missing', async () => {
    const one = { version: '1.0.0', integrity: 'sha512-a' };
    await write('package-lock.json', {
      '': {},
      'node_modules/one': one,
      'node_modules/mac': { version: '1.0.0', optional: true },
    });
    await write('node_modules/.package-lock.json', { 'node_modules/one': one });
    expect(missingPackages(dir)).toEqual([]);
  });

  it('are out of date where a version differs, a folder is gone or nothing was ever installed', async () => {
    await write('package-lock.json', {
      'node_modules/one': { version: '1.0.1' },
      'node_modules/two': { version: '2.0.0' },
    });
    expect(missingPackages(dir)).toEqual(['node_modules/one', 'node_modules/two']);
    await write('node_modules/.package-lock.json', {
      'node_modules/one': { version: '1.0.0' },
      'node_modules/two': { version: '2.0.0' },
    });
    expect(missingPackages(dir)).toEqual(['node_modules/one', 'node_modules/two']);
  });

  it('are named in the lock file for every platform, without which a clean install refuses', async () => {
    const { packages } = lockFile.parse(JSON.parse(await readFile(join(PROJECT, 'package-lock.json'), 'utf8')));
    const names = new Set(
      Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)),
    );
    const optional = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(optional.filter((name) => !names.has(name))).toEqual([]);
  });
});
