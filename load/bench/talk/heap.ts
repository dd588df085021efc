/** What a node really holds: its heap after the garbage was collected, asked over node's own inspector. */
import { WebSocket } from 'ws';
import { z } from 'zod';

const LIMIT_MS = 30_000;
const targets = z.array(z.object({ webSocketDebuggerUrl: z.string() })).min(1);
const answer = z.object({ id: z.number(), result: z.object({ usedSize: z.number().optional() }) });

/** Bytes in use in a process that was started with `--inspect=PORT`. */
export async function heldBytes(inspectPort: number): Promise<number> {
  const listed = await fetch(`http://127.0.0.1:${inspectPort}/json/list`, { signal: AbortSignal.timeout(LIMIT_MS) });
  const [target] = targets.parse(await listed.json());
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  try {
    await ask(socket, 0, 'HeapProfiler.enable');
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    return (await ask(socket, 2, 'Runtime.getHeapUsage')) ?? Number.NaN;
  } finally {
    socket.terminate();
  }
}

function ask(socket: WebSocket, id: number, method: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const send = (): void => socket.send(JSON.stringify({ id, method }));
    const late = setTimeout(() => reject(new Error(`the inspector did not answer ${method}`)), LIMIT_MS);
    const onMessage = (data: Buffer): void => {
      const parsed = answer.safeParse(JSON.parse(data.toString('utf8')));
      if (!parsed.success || parsed.data.id !== id) return;
      clearTimeout(late);
      socket.off('message', onMessage);
      resolve(parsed.data.result.usedSize);
    };
    socket.on('message', onMessage);
    socket.once('error', reject);
    if (socket.readyState === WebSocket.OPEN) send();
    else socket.once('open', send);
  });
}
