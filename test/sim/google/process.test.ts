import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CALENDAR, halfHour, openSim, type TestClient } from './test-client.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
let client: TestClient | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  await client?.close();
  child?.kill('SIGKILL');
  client = undefined;
});

describe('the control plane', () => {
  it('shows calendars and what is in them, and does by hand what owners do', async () => {
    client = await openSim();
    const { control, sim } = client;
    const events = `calendars/${encodeURIComponent(CALENDAR)}/events`;
    expect(await control('POST', events, halfHour(0, { id: 'abcdef' }))).toMatchObject({ body: { id: 'abcdef' } });
    expect(await control('PATCH', `${events}/abcdef`, { summary: 'Mine' })).toMatchObject({
      body: { summary: 'Mine' },
    });
    expect(await control('DELETE', `${events}/abcdef`)).toMatchObject({ status: 200 });
    expect(await control('GET', events)).toMatchObject({ body: [{ id: 'abcdef', status: 'cancelled' }] });
    await control('POST', 'calendars', { id: 'new', timeZone: 'UTC' });
    expect(await control('GET', 'calendars')).toMatchObject({
      body: [
        { id: CALENDAR, changes: 3 },
        { id: 'new', changes: 0 },
      ],
    });
    await control('DELETE', 'calendars/new');
    expect(sim.calendars.all).toHaveLength(1);
    expect(await control('GET', 'calendars/new/events')).toMatchObject({ status: 404 });
    expect(await control('GET', 'nonsense')).toMatchObject({ status: 404 });
  });

  it('breaks and mends', async () => {
    client = await openSim();
    const { control, events, sim } = client;
    const plan = { faults: [{ kind: 'failure', status: 500 }] };
    expect(await control('POST', 'faults', plan)).toMatchObject({ body: [{ fault: { kind: 'failure' }, struck: 0 }] });
    expect(await events('GET')).toMatchObject({ status: 500 });
    expect(await control('POST', 'faults', { faults: [{ kind: 'nonsense' }] })).toMatchObject({ status: 400 });
    await control('POST', 'faults', {});
    await control('POST', 'credentials/revoke', {});
    expect(await events('GET')).toMatchObject({ status: 401 });
    await control('POST', 'credentials/restore', {});
    await control('POST', 'tokens', { lifetimeS: 5 });
    await control('POST', 'collisions', { missedCollisions: 1 });
    expect([sim.tokens.lifetimeS, sim.calendars.missedCollisions]).toEqual([5, 1]);
    expect(await control('GET', 'requests?operation=list')).toMatchObject({ body: [{ status: 500 }, { status: 401 }] });
  });
});

const run = (options: string): ChildProcess => {
  child = spawn(process.execPath, ['--import', 'tsx', 'test/sim/google/main.ts', options], { cwd: PROJECT });
  return child;
};

describe('the simulator as a process', () => {
  it('tells where it is, serves, and ends when asked to', async () => {
    const { stdout } = run('{"calendars":[{"id":"a"}],"plainHttpPush":true}');
    const [line] = stdout ? await once(createInterface(stdout), 'line') : [];
    const { controlUrl } = z.object({ url: z.string(), controlUrl: z.string() }).parse(JSON.parse(String(line)));
    expect(await (await fetch(`${controlUrl}/calendars`)).json()).toMatchObject([{ id: 'a' }]);
    child?.kill('SIGTERM');
    const [code] = child ? await once(child, 'exit') : [];
    expect(code).toBe(0);
  });

  it('refuses options that it does not know', async () => {
    const [code] = await once(run('{"nonsense":1}'), 'exit');
    expect(code).toBe(78);
  });
});
