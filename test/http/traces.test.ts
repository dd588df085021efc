import { expect, it, onTestFinished } from 'vitest';
import { createEvents } from '../../ops/events.ts';
import { openLog } from '../../ops/log.ts';
import { createTraces } from '../../ops/traces.ts';
import { traced } from '../../src/domain/tracing.ts';
import { openHttp } from '../../src/http/app.ts';
import { noContent, type Route } from '../../src/http/route.ts';
import { startOtlpSim } from '../sim/otlp/server.ts';

function route(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path, bodyLimitBytes: 100, handle };
}

it('a request is a trace of its own, whatever its sender says of traces', async () => {
  const collector = await startOtlpSim();
  const events = createEvents();
  const traces = createTraces({ endpoint: collector.url, share: 1, events, nodeId: 'n1', version: '1' });
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const { traceIdOf } = traces;
  const log = await openLog({ events, level: 'info', nodeId: 'n1', pii: false, pretty: false, destination, traceIdOf });
  await traces.open();
  const { tracing } = traces;
  const server = await openHttp({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    portVariable: 'PORT',
    events,
    tracing,
    overTls: false,
    sockets: [],
    routes: [
      route('/works/:id', async () => {
        await new Promise(setImmediate);
        await traced(tracing, { name: 'step', role: 'within' }, async () => undefined);
        return noContent();
      }),
      route('/breaks', () => {
        throw new TypeError('the number +15550100142 is odd');
      }),
    ],
  });
  onTestFinished(async () => {
    await Promise.all([server.close(0), collector.stop(), log.close()]);
  });
  const theirs = '0af7651916cd43dd8448eb211c80319c';
  const headers = { traceparent: `00-${theirs}-b7ad6b7169203331-01` };
  for (const path of ['works/5550100142', 'breaks']) {
    await fetch(`http://127.0.0.1:${server.port}/${path}`, { method: 'POST', headers, body: 'hello' });
  }
  await traces.close();

  const [step, works, breaks] = collector.spans;
  expect(works).toMatchObject({
    name: 'POST /works/:id',
    kind: 'server',
    parentId: '',
    failed: false,
    attributes: { 'http.request.method': 'POST', 'http.route': '/works/:id', 'http.response.status_code': 204 },
  });
  expect(step).toMatchObject({ name: 'step', traceId: works?.traceId, parentId: works?.spanId });
  expect(breaks).toMatchObject({
    failed: true,
    attributes: { 'http.response.status_code': 500, 'error.type': 'TypeError' },
  });
  expect(collector.spans.map(({ traceId }) => traceId)).not.toContain(theirs);
  expect(collector.bytes().toString('latin1')).not.toContain('5550100142');
  const answered = lines.filter((line) => line.includes('http.request')).map((line) => JSON.parse(line) as unknown);
  expect(answered).toMatchObject([{ trace_id: works?.traceId }, { trace_id: breaks?.traceId }]);
});
