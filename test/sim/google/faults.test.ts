import { afterEach, describe, expect, it } from 'vitest';
import { FaultDesk, type FaultPlan } from './faults.ts';
import { CALENDAR, halfHour, openSim, type TestClient } from './test-client.ts';

let client: TestClient | undefined;
afterEach(async () => {
  await client?.close();
  client = undefined;
});

async function faulty(faults: FaultPlan['faults']): Promise<TestClient> {
  client = await openSim();
  client.sim.faults.set({ faults });
  return client;
}

const insert = { operation: 'insert', conditional: false } as const;

describe('the fault desk', () => {
  it('strikes its share, drawn from its seed, and so often', () => {
    const desk = new FaultDesk();
    const strikes = (seed: number, share: number): number => {
      desk.set({ seed, faults: [{ kind: 'reset', share }] });
      return Array.from({ length: 1_000 }, () => desk.fateOf(insert).before).filter(Boolean).length;
    };
    expect(strikes(7, 0.2)).toBe(strikes(7, 0.2));
    expect(strikes(7, 0.2)).not.toBe(strikes(8, 0.2));
    expect(strikes(7, 0.2)).toBeGreaterThan(150);
    expect(strikes(7, 0.2)).toBeLessThan(250);
    desk.set({ faults: [{ kind: 'reset', times: 2 }] });
    expect([1, 2, 3].map(() => desk.fateOf(insert).before)).toEqual(['reset', 'reset', undefined]);
  });

  it('strikes only where the service could', () => {
    const desk = new FaultDesk({ faults: [{ kind: 'refusal', status: 409 }] });
    expect(desk.fateOf(insert).before).toMatchObject({ status: 409 });
    expect(desk.fateOf({ operation: 'get', conditional: false })).toEqual({ delayMs: 0 });
    desk.set({ faults: [{ kind: 'refusal', status: 412 }] });
    expect(desk.fateOf(insert)).toEqual({ delayMs: 0 });
    expect(desk.fateOf({ operation: 'update', conditional: true }).before).toMatchObject({ status: 412 });
    desk.set({ faults: [{ kind: 'silence', calendarId: 'a', operations: ['list'] }] });
    expect(desk.fateOf({ operation: 'list', conditional: false, calendarId: 'b' })).toEqual({ delayMs: 0 });
    expect(desk.fateOf({ operation: 'list', conditional: false, calendarId: 'a' }).before).toBe('silence');
    desk.set({ faults: [{ kind: 'failure' }] });
    expect(desk.fateOf({ operation: 'token', conditional: false })).toEqual({ delayMs: 0 });
  });

  it('refuses a plan that makes no sense', () => {
    expect(() => new FaultDesk({ faults: [{ kind: 'reset', share: 2 }] })).toThrow('share');
  });
});

describe('a fault', () => {
  it('before the commit leaves nothing done, one after it leaves it done', async () => {
    for (const [when, count] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      const { events, sim, close } = await faulty([{ kind: 'failure', status: 503, when }]);
      expect(await events('POST', '', { body: halfHour() })).toMatchObject({ status: 503, reason: 'backendError' });
      expect(sim.live(CALENDAR)).toHaveLength(count);
      await close();
    }
  });

  it('of silence answers nothing, whether it was done or not', async () => {
    const { events, sim } = await faulty([{ kind: 'silence', when: 'after' }]);
    await expect(events('POST', '', { body: halfHour(), signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout');
    expect(sim.live(CALENDAR)).toHaveLength(1);
    expect(sim.requests.all('insert')).toMatchObject([{ status: 0 }]);
  });

  it('may be a connection that is cut, or an answer that takes its time', async () => {
    const { events, sim } = await faulty([{ kind: 'reset' }]);
    await expect(events('GET')).rejects.toThrow('fetch failed');
    sim.faults.set({ faults: [{ kind: 'delay', ms: [80, 80] }] });
    const beganMs = performance.now();
    expect(await events('GET')).toMatchObject({ status: 200 });
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(75);
  });

  it('may be a refusal that says when to come again', async () => {
    const { events } = await faulty([{ kind: 'refusal', status: 429, retryAfterS: 3 }]);
    const refused = await events('GET');
    expect(refused).toMatchObject({ status: 429, reason: 'rateLimitExceeded' });
    expect(refused.headers.get('retry-after')).toBe('3');
  });

  it('may be a storm, which ends', async () => {
    const { events } = await faulty([{ kind: 'storm', lastsMs: 100, times: 1 }]);
    expect(await events('GET')).toMatchObject({ status: 429 });
    expect(await events('GET')).toMatchObject({ status: 429 });
    await expect.poll(async () => (await events('GET')).status).toBe(200);
  });
});

describe('a quota', () => {
  it('is each user’s own, and everybody’s together', async () => {
    client = await openSim({ quotas: { perUser: 2, perProject: 5 } });
    const { events } = client;
    const ask = async (quotaUser?: string): Promise<string> => {
      const { status, reason } = await events('GET', '', quotaUser === undefined ? {} : { query: { quotaUser } });
      return status === 200 ? 'fine' : `${status} ${reason}`;
    };
    expect([await ask('a'), await ask('a'), await ask('a')]).toEqual(['fine', 'fine', '403 userRateLimitExceeded']);
    expect([await ask(), await ask('b'), await ask('b')]).toEqual(['fine', 'fine', '429 rateLimitExceeded']);
  });

  it('may bound quick writes to one calendar', async () => {
    client = await openSim({ quotas: { writesPerCalendar: 1 } });
    const { events } = client;
    expect(await events('POST', '', { body: halfHour() })).toMatchObject({ status: 200 });
    expect(await events('POST', '', { body: halfHour() })).toMatchObject({ status: 403, reason: 'rateLimitExceeded' });
    expect(await events('GET')).toMatchObject({ status: 200 });
  });
});
