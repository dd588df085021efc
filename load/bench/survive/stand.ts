/** All that the survival benchmark runs on, each a process of its own; whatever is started here is ended by `close`. */
import { freePort } from '../../../ops/embedded/port.ts';
import { openOutsideGoogle, RADIANCE, STAFF } from '../../../test/support/outside.ts';
import { openOwnPostgres, openOwnRedis } from '../../../test/support/own-stores.ts';
import { openServers } from '../servers/production.ts';
import { type Front, openFront } from './balancer.ts';
import { type Callers, openCallers } from './callers.ts';
import { type Model, openModel } from './model.ts';
import { type Nodes, openNodes } from './nodes.ts';

/** How slow the simulated vendors are, as the goals for gaps suppose. */
export const DELAYS = { actionMs: 150, handshakeMs: 200, thinkMs: 300 } as const;

export interface Stand {
  readonly databaseUrl: string;
  readonly front: Front;
  readonly model: Model;
  readonly callers: Callers;
  readonly nodes: Nodes;
  close(): Promise<void>;
}

const ACCOUNT = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a token of the simulated account' };

export async function openStand({
  servers: count,
  seed,
}: {
  readonly servers: number;
  readonly seed: number;
}): Promise<Stand> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = async <Part extends { close(): Promise<void> }>(part: Promise<Part>): Promise<Part> => {
    const open = await part;
    opened.unshift(open);
    return open;
  };
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0)) await part.close();
  };
  try {
    const port = await freePort();
    const ports: number[] = [];
    for (let n = 0; n < count; n++) ports.push(await freePort());
    const publicUrl = `http://127.0.0.1:${port}`;
    const postgres = await keep(openOwnPostgres());
    const redis = await keep(openOwnRedis());
    const google = await openOutsideGoogle();
    opened.unshift({ close: () => google.sim.stop() });
    const model = await keep(openModel(DELAYS));
    const account = { ...ACCOUNT, publicUrl, number: RADIANCE, staff: STAFF, actionMs: DELAYS.actionMs, seed };
    const callers = await keep(openCallers(account));
    const servers = openServers({
      HOST: '127.0.0.1',
      PUBLIC_URL: publicUrl,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_API_BASE_URL: callers.url,
      ...model.environment,
      ...google.environment,
    });
    opened.unshift(servers);
    await servers.start({ environment: { ROLE: 'worker', PORT: String(await freePort()), OPS_PORT: '0' } });
    const nodes = await openNodes(servers.start, ports);
    const front = await keep(openFront(port, ports));
    return { databaseUrl: postgres.url, front, model, callers, nodes, close };
  } catch (error) {
    await close();
    throw error;
  }
}
