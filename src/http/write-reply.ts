/** Writes a reply in one piece: one cork, so one system call. */
import { STATUS_CODES } from 'node:http';
import type { Reply } from './route.ts';
import type { UwsResponse } from './uws.ts';

interface ReplyContext {
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly headOnly: boolean;
  readonly closeConnection: boolean;
}

const UNSAFE_IN_HEADER = /[\r\n\0]/;

/** The response must be neither aborted nor answered yet. */
export function writeReply(res: UwsResponse, reply: Reply, context: ReplyContext): void {
  res.cork(() => {
    res.writeStatus(statusLine(reply.status));
    res.writeHeader('x-request-id', context.requestId);
    const own = reply.headers ?? {};
    for (const [name, value] of Object.entries(context.headers)) if (!(name in own)) res.writeHeader(name, value);
    for (const [name, value] of Object.entries(own)) if (!UNSAFE_IN_HEADER.test(value)) res.writeHeader(name, value);
    writeBody(res, reply, context);
  });
}

function writeBody(res: UwsResponse, { status, body = '' }: Reply, { headOnly, closeConnection }: ReplyContext): void {
  const isBodiless = status === 204 || status === 304;
  if (!headOnly && !isBodiless) {
    res.end(body, closeConnection);
    return;
  }
  if (!isBodiless) res.writeHeader('content-length', String(Buffer.byteLength(body)));
  if (closeConnection) res.writeHeader('connection', 'close');
  // Without arguments: the older build counts them, takes an undefined length for a number, and holds a response whose
  // length was only reported for one that is still being written.
  res.endWithoutBody();
}

const statusLines = new Map<number, string>();

function statusLine(status: number): string {
  let line = statusLines.get(status);
  if (line === undefined) {
    line = `${status} ${STATUS_CODES[status] ?? 'Unknown'}`;
    statusLines.set(status, line);
  }
  return line;
}
