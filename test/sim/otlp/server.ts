/**
 * A collector: takes traces over OTLP/HTTP in protobuf, and refuses what a real one refuses. It keeps what it took, and
 * the bytes in which it came.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { type ReceivedSpan, spansOf } from './spans.ts';

/** What it does with what it is sent: takes it, refuses it with a status, never answers, or never ends its answer. */
export type Mood = 'takes' | 'silent' | 'drips' | { readonly status: number };

export interface OtlpSim {
  /** The base of its addresses, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
  readonly url: string;
  /** Mutable. */
  mood: Mood;
  /** Oldest first. */
  readonly spans: readonly ReceivedSpan[];
  /** Everything that was sent, as it was on the wire; text in it can be searched for. */
  readonly bytes: () => Buffer;
  /** Why something was refused as malformed. */
  readonly refusals: readonly string[];
  /** Requests so far, whatever became of them. */
  readonly requests: () => number;
  stop(): Promise<void>;
}

const DRIP_MS = 200;

export async function startOtlpSim(): Promise<OtlpSim> {
  const spans: ReceivedSpan[] = [];
  const bodies: Buffer[] = [];
  const refusals: string[] = [];
  let requests = 0;

  const refuse = (response: ServerResponse, status: number, why: string): void => {
    refusals.push(why);
    response.writeHead(status).end(why);
  };

  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests += 1;
    if (request.method !== 'POST' || request.url !== '/v1/traces') return refuse(response, 404, 'no such path');
    if (request.headers['content-type'] !== 'application/x-protobuf') return refuse(response, 415, 'no protobuf');
    const body = await bodyOf(request);
    bodies.push(body);
    if (sim.mood === 'silent') return;
    if (sim.mood === 'drips') return drip(response);
    if (sim.mood !== 'takes') return void response.writeHead(sim.mood.status).end();
    try {
      spans.push(...spansOf(body));
    } catch (error) {
      return refuse(response, 400, String(error));
    }
    // An empty ExportTraceServiceResponse.
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  };

  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the collector has no port');
  const sim: OtlpSim = {
    url: `http://127.0.0.1:${address.port}`,
    mood: 'takes',
    spans,
    refusals,
    bytes: () => Buffer.concat(bodies),
    requests: () => requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return sim;
}

/** A byte now and then, so that nobody takes the connection for dead. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-protobuf' });
  const timer = setInterval(() => response.write(Buffer.alloc(1)), DRIP_MS);
  response.on('close', () => clearInterval(timer));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(request, 'end');
  const body = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
