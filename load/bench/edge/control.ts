/** The baseline server (`control-server.ts`) as a child process. */
import { fileURLToPath } from 'node:url';
import { openPlainServer } from '../servers/plain-server.ts';

export interface Control {
  readonly origin: string;
  close(): Promise<void>;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

export async function openControl(): Promise<Control> {
  const server = await openPlainServer({
    name: 'the baseline server',
    args: ['--import', 'tsx', 'control-server.ts'],
    cwd: FOLDER,
  });
  return { origin: `http://127.0.0.1:${server.port}`, close: () => server.close() };
}
