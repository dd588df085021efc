/**
 * `.data/dev.json`: where the running stand's parts listen, for `npm run call`, and which process is Ava's, so that the
 * next start finds one that outlived a killed stand. Only its owner may read it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const standFile = z.object({
  /** The process of the stand itself. */
  pid: z.number(),
  ava: z.object({
    url: z.string(),
    opsUrl: z.string(),
    /** As `processSignature` names it. */
    process: z.string().optional(),
  }),
  databaseUrl: z.string(),
  redisUrl: z.string(),
  /** Root URLs of the simulators that the stand brought; absent where the real service is used. */
  simulators: z.object({
    twilio: z.string().optional(),
    openai: z.string().optional(),
    google: z.string().optional(),
  }),
});

export type StandFile = z.infer<typeof standFile>;

const path = (dataDir: string): string => join(dataDir, 'dev.json');

export function writeStandFile(dataDir: string, stand: StandFile): void {
  writeFileSync(path(dataDir), `${JSON.stringify(stand, null, 2)}\n`, { mode: 0o600 });
}

/** The file as last written, or undefined where there is none that can be read. */
export function readStandFile(dataDir: string): StandFile | undefined {
  try {
    return standFile.parse(JSON.parse(readFileSync(path(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

export const removeStandFile = (dataDir: string): void => rmSync(path(dataDir), { force: true });
