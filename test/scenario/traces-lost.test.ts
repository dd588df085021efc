import { expect, it } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import { startAva } from '../support/ava.ts';

it('a caller notices nothing of a collector that is not there, and neither does a node that stops', async () => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
  const ava = await startAva({ at: '2026-11-23T15:00:00Z', environment });
  const lost: unknown[] = [];
  ava.events.on('dependency.lost', ({ name }) => lost.push(name));
  const call = ava.place(scenario('price'));
  await call.ended;
  expect(call.heardText).toMatch(/\$350/);
  expect((await ava.conversation(call)).outcome).toBe('info_only');
  const startedAt = performance.now();
  expect(await ava.node.lifecycle.stop()).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  expect(lost).toEqual(['traces']);
  await ava.stop();
}, 60_000);
