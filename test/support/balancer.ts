/**
 * A TCP balancer in front of several nodes, as a load balancer does it: a new connection goes to the node that has the
 * fewest; one that refuses is passed by. What a dead node had is reset at once. Imports nothing of the test runner.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  readonly port: number;
  /** Connections to the node of this port. */
  connectionsOf(port: number): number;
  /** Gives the node of this port no new connections, as where its health is asked and it does not answer. */
  shun(port: number): void;
  /** Takes the next so many connections and cuts them, as where their node dies with a request in its hands. */
  cutNext(count: number): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Listens on `port`; the nodes listen on theirs, or will. */
export async function openBalancer(port: number, nodes: readonly number[]): Promise<Balancer> {
  const open = new Map<number, Set<Socket>>(nodes.map((node) => [node, new Set()]));
  const connectionsOf = (node: number): number => open.get(node)?.size ?? 0;

  const shunned = new Set<number>();
  const pass = (client: Socket, left: readonly number[]): void => {
    const [node, ...others] = left
      .filter((each) => !shunned.has(each))
      .toSorted((a, b) => connectionsOf(a) - connectionsOf(b));
    if (node === undefined) return void client.destroy();
    const upstream = connect({ host: HOST, port: node });
    upstream.once('error', () => {
      if (upstream.connecting || !open.get(node)?.has(upstream)) pass(client, others);
    });
    upstream.once('connect', () => {
      open.get(node)?.add(upstream);
      join(client, upstream, () => open.get(node)?.delete(upstream));
    });
  };

  let cuts = 0;
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined);
    if (cuts > 0) {
      cuts--;
      client.destroy();
    } else pass(client, nodes);
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  return {
    port,
    connectionsOf,
    shun: (node) => void shunned.add(node),
    cutNext: (count) => {
      cuts += count;
    },
    async close() {
      for (const sockets of open.values()) for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Each end goes when the other does. */
function join(client: Socket, upstream: Socket, onClosed: () => void): void {
  upstream.on('error', () => undefined);
  upstream.once('close', () => {
    onClosed();
    client.destroy();
  });
  client.once('close', () => upstream.destroy());
  client.setNoDelay(true);
  upstream.setNoDelay(true);
  client.pipe(upstream);
  upstream.pipe(client);
  client.resume();
}
