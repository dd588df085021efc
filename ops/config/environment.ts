import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** Variables by name, as processes have them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The process's variables, with those of `folder/.env` where the process sets none; a variable set to nothing in the
 * process hides the file's. Throws where the file is there but can't be read.
 */
export function readEnvironment(own: Environment = process.env, folder: string = process.cwd()): Environment {
  let file: string;
  try {
    file = readFileSync(join(folder, '.env'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return own;
    throw error;
  }
  return { ...parseEnv(file), ...own };
}
