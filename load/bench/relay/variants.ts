/** The servers that are compared: Ava as she was built, with caller frames joined or not, and the frozen baselines. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadUws } from '../../../src/http/uws.ts';
import { RADIANCE } from '../../../test/support/outside.ts';
import { openPlainServer } from '../servers/plain-server.ts';
import type { Production } from '../servers/production.ts';
import type { Target } from './orders.ts';

export const VARIANT_NAMES = ['parse', 'splice', 'join', 'ava-single', 'ava-joined'] as const;
export type VariantName = (typeof VARIANT_NAMES)[number];

export const LABELS: Readonly<Record<VariantName, string>> = {
  parse: '(a) bare relay, JSON',
  splice: '(b) bare relay, spliced',
  join: '(c) as (b), frames joined',
  'ava-single': 'Ava, frames single',
  'ava-joined': 'Ava, frames joined',
};

export interface RunningServer {
  readonly pid: number;
  readonly target: Target;
  close(): Promise<void>;
}

const BASELINES = fileURLToPath(new URL('baselines', import.meta.url));
const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 20_000;

/** Of the file that the baselines are: figures are comparable while it stays the same. */
export function baselineHash(): string {
  return createHash('sha256')
    .update(readFileSync(join(BASELINES, 'relay.mjs')))
    .digest('hex');
}

/** The very binary that Ava uses. */
function uwsBinary(): string {
  const { name } = loadUws();
  const main = createRequire(import.meta.url).resolve(name);
  const folder = name === 'uws-legacy' ? join(dirname(main), '..', 'binaries') : dirname(main);
  return join(folder, `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`);
}

async function startBaseline(mode: string, modelUrl: string): Promise<RunningServer> {
  const server = await openPlainServer({
    name: `the baseline "${mode}"`,
    args: ['relay.mjs', mode],
    cwd: BASELINES,
    environment: { MODEL_URL: `${modelUrl}?model=gpt-realtime-2.1`, UWS_BINARY: uwsBinary() },
  });
  const url = `ws://127.0.0.1:${server.port}/twilio/media`;
  return { pid: server.pid, target: { kind: 'stream', url }, close: () => server.close() };
}

/** Ava as she was built, once she is ready. `profiles`: a folder for a CPU profile of the run. */
export async function startAva(
  production: Production,
  modelUrl: string,
  programFlags: readonly string[],
  profiles: string | undefined,
): Promise<RunningServer> {
  const ava = await production.start({
    environment: { OPENAI_REALTIME_URL: modelUrl },
    programFlags,
    nodeFlags: profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`],
  });
  await ava.answers(`${production.opsUrl}/health/ready`, READY_LIMIT_MS);
  const { publicUrl, authToken } = production.outside;
  return {
    pid: ava.pid,
    target: { kind: 'webhook', publicUrl, authToken, to: RADIANCE },
    async close() {
      ava.signal('SIGTERM');
      await ava.ended(STOP_LIMIT_MS);
      await ava.close();
    },
  };
}

export interface Variants {
  start(name: VariantName): Promise<RunningServer>;
}

export function variantsOf(production: Production, modelUrl: string, profiles: string | undefined): Variants {
  return {
    start(name) {
      switch (name) {
        case 'parse':
        case 'splice':
        case 'join':
          return startBaseline(name, modelUrl);
        case 'ava-single':
          return startAva(production, modelUrl, ['--pair-frames=never'], profiles);
        case 'ava-joined':
          return startAva(production, modelUrl, ['--pair-frames=always'], profiles);
      }
    },
  };
}
