/**
 * A TCP proxy on a free port that fails in the ways networks do: connections cut or refused, silence in both
 * directions, an answer that never arrives.
 */
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The target's URL with the proxy's address in it. */
  readonly url: string;
  /** Cuts what is open; `refusing` also what comes, until `mend`. */
  cut(how?: { refusing: boolean }): void;
  /** Passes nothing on any more, in either direction, until `mend`. */
  silence(): void;
  /** Passes nothing on any more for what is open now, which stays open; what comes later is served. */
  forget(): void;
  /** Passes on the next bytes from the client that hold `text`, and cuts the connection instead of passing on the answer. */
  loseAnswerTo(text: string): void;
  /** Cuts the connection instead of passing on the next bytes from the client that hold `text`. */
  lose(text: string): void;
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  forgotten: boolean;
}

export async function openTcpProxy(targetUrl: string): Promise<TcpProxy> {
  const target = new URL(targetUrl);
  const pairs = new Set<Pair>();
  let mode: 'open' | 'refusing' | 'silent' = 'open';
  let doomed: { readonly text: string; readonly passes: boolean } | undefined;

  function accept(client: Socket): void {
    if (mode === 'refusing') {
      client.destroy();
      return;
    }
    const server = connect(Number(target.port), target.hostname);
    const pair = { client, server, forgotten: false };
    let losing = false;
    pairs.add(pair);
    client.on('data', (chunk) => {
      if (mode === 'silent' || pair.forgotten) return;
      if (doomed !== undefined && chunk.includes(doomed.text)) {
        const { passes } = doomed;
        doomed = undefined;
        if (!passes) return end(pair);
        losing = true;
      }
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (losing) end(pair);
      else if (mode !== 'silent' && !pair.forgotten) client.write(chunk);
    });
    for (const socket of [client, server]) {
      socket.on('error', () => end(pair));
      socket.on('close', () => end(pair));
    }
  }

  function end(pair: Pair): void {
    if (!pairs.delete(pair)) return;
    pair.client.destroy();
    pair.server.destroy();
  }

  const listener = createServer(accept);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy listens on no port');
  url.port = String(address.port);

  return {
    url: url.href,
    cut({ refusing } = { refusing: false }) {
      if (refusing) mode = 'refusing';
      for (const pair of pairs) end(pair);
    },
    silence() {
      mode = 'silent';
    },
    forget() {
      for (const pair of pairs) pair.forgotten = true;
    },
    loseAnswerTo(text) {
      doomed = { text, passes: true };
    },
    lose(text) {
      doomed = { text, passes: false };
    },
    mend() {
      mode = 'open';
    },
    async close() {
      for (const pair of pairs) end(pair);
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
