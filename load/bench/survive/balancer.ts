/** What stands before the servers: HAProxy where it is installed, else a balancer of our own that does the same. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBalancer } from '../../../test/support/balancer.ts';
import { openPlainServer } from '../servers/plain-server.ts';

export interface Front {
  /** What people call it. */
  readonly name: string;
  close(): Promise<void>;
}

/** Listens on `port` of loopback. */
export async function openFront(port: number, nodes: readonly number[]): Promise<Front> {
  if (spawnSync('haproxy', ['-v']).status !== 0) {
    return { name: 'a TCP balancer of its own (least connections)', ...(await openBalancer(port, nodes)) };
  }
  const dir = await mkdtemp(join(tmpdir(), 'ava-haproxy-'));
  const file = join(dir, 'haproxy.cfg');
  await writeFile(file, haproxyConfiguration(port, nodes));
  // It tells of each server that goes and comes.
  const output = join(dir, 'haproxy.log');
  const server = await openPlainServer({
    name: 'HAProxy',
    file: 'haproxy',
    args: ['-f', file],
    cwd: dir,
    port,
    output,
  });
  return {
    name: 'HAProxy (leastconn)',
    async close() {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A connection that a server refuses goes to another one at once; a dead server's are reset. */
function haproxyConfiguration(port: number, nodes: readonly number[]): string {
  const servers = nodes.map((node, n) => `  server node${n} 127.0.0.1:${node} check inter 500 fall 1 rise 1`);
  return `global
  maxconn 4096
defaults
  mode tcp
  balance leastconn
  retries 3
  option redispatch 1
  default-server on-marked-down shutdown-sessions
  timeout connect 1s
  timeout client 1h
  timeout server 1h
frontend public
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
${servers.join('\n')}
`;
}
