import { afterEach, describe, expect, it } from 'vitest';
import type { HealthStatus } from '../../ops/health.ts';
import { type HttpServer, openHttp } from '../../src/http/app.ts';
import type { HealthPort } from '../../src/http/front-desk.ts';
import type { Route } from '../../src/http/route.ts';
import { drain } from '../../src/http/routes/drain.ts';
import { healthLive, healthReady } from '../../src/http/routes/health.ts';
import { metrics } from '../../src/http/routes/metrics.ts';
import { recordedEvents } from './recorded-events.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close(0);
  server = undefined;
});

async function start(routes: readonly Route[]): Promise<string> {
  server = await openHttp({
    name: 'ops',
    host: '127.0.0.1',
    port: 0,
    portVariable: 'OPS_PORT',
    routes,
    sockets: [],
    events: recordedEvents(),
    overTls: false,
  });
  return `http://127.0.0.1:${server.port}`;
}

const health = (status: HealthStatus, overrides: Partial<HealthPort> = {}): HealthPort => ({
  live: () => true,
  ready: async () => ({ status, checks: { postgres: { state: 'ok', latency_ms: 1.5 } } }),
  routable: () => status !== 'starting' && status !== 'draining',
  ...overrides,
});

describe('health', () => {
  it('is live under both of its names while the process works', async () => {
    const up = await start(healthLive(health('starting')));
    expect((await fetch(`${up}/health`)).status).toBe(200);
    expect((await fetch(`${up}/health/live`, { method: 'HEAD' })).status).toBe(200);
    await server?.close(0);
    const down = await start(healthLive(health('ok', { live: () => false })));
    expect((await fetch(`${down}/health`)).status).toBe(503);
  });

  it.each([
    ['ok', 200, 200],
    ['degraded', 200, 200],
    ['unavailable', 503, 200],
    ['starting', 503, 503],
    ['draining', 503, 503],
  ] as const)('that is %s answers %d, and %d for routing', async (status, ready, routing) => {
    const url = await start([healthReady(health(status))]);
    const response = await fetch(`${url}/health/ready`);
    expect(response.status).toBe(ready);
    expect(await response.json()).toEqual({ status, checks: { postgres: { state: 'ok', latency_ms: 1.5 } } });
    expect((await fetch(`${url}/health/ready?routing=1`)).status).toBe(routing);
  });

  it('answers for routing at once while a check hangs', async () => {
    const url = await start([healthReady(health('ok', { ready: () => new Promise(() => {}) }))]);
    expect((await fetch(`${url}/health/ready?routing=1`)).status).toBe(200);
  });
});

describe('the private port', () => {
  it('serves the metrics page as it is', async () => {
    const url = await start([metrics(async () => ({ contentType: 'text/plain; version=0.0.4', text: 'ava_up 1\n' }))]);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect(await response.text()).toBe('ava_up 1\n');
  });

  it('begins a drain by POST only', async () => {
    let drains = 0;
    const url = await start([drain(() => drains++)]);
    expect((await fetch(`${url}/drain`)).status).toBe(405);
    expect((await fetch(`${url}/drain`, { method: 'POST' })).status).toBe(202);
    expect(drains).toBe(1);
  });
});
