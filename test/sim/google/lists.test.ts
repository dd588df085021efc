import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, halfHour, openSim, type TestClient } from './test-client.ts';

let client: TestClient;
afterEach(() => client.close());

const ids = ({ body }: Answer): string[] => (body.items ?? []).map(({ id }) => id);

async function filled(count: number, largestPage?: number): Promise<void> {
  client = await openSim(largestPage === undefined ? {} : { largestPage });
  for (let n = 0; n < count; n += 1) await client.events('POST', '', { body: halfHour(n * 60, { id: `event${n}` }) });
}

const at = (dateTime: string) => ({ dateTime, timeZone: 'America/New_York' });

describe('a list', () => {
  it('comes in pages, with a sync token on the last', async () => {
    await filled(5, 2);
    const pages: Answer[] = [];
    for (
      let pageToken = '';
      pages.length === 0 || pageToken !== '';
      pageToken = pages.at(-1)?.body.nextPageToken ?? ''
    ) {
      pages.push(await client.events('GET', '', pageToken === '' ? {} : { query: { pageToken } }));
    }
    expect(pages.map(ids)).toEqual([['event0', 'event1'], ['event2', 'event3'], ['event4']]);
    expect(pages.map(({ body }) => body.nextSyncToken !== undefined)).toEqual([false, false, true]);
    expect(await client.events('GET', '', { query: { pageToken: 'nonsense' } })).toMatchObject({ status: 400 });
  });

  it('misses nothing that changes between its pages', async () => {
    await filled(3, 2);
    const first = await client.events('GET');
    await client.events('PATCH', '/event0', { body: { summary: 'Moved on' } });
    const query = { pageToken: first.body.nextPageToken ?? '' };
    const syncToken = (await client.events('GET', '', { query })).body.nextSyncToken ?? '';
    expect(ids(await client.events('GET', '', { query: { syncToken } }))).toEqual(['event0']);
  });

  it('is narrowed by time, by property, and to what is not deleted', async () => {
    await filled(4);
    await client.events('PATCH', '/event1', { body: { extendedProperties: { private: { for: 'x=1' } } } });
    await client.events('DELETE', '/event3');
    const ask = async (query: Record<string, string>): Promise<string[]> =>
      ids(await client.events('GET', '', { query }));
    expect(await ask({})).toEqual(['event0', 'event1', 'event2']);
    expect(await ask({ showDeleted: 'true' })).toHaveLength(4);
    expect(await ask({ timeMin: '2026-11-24T19:30:00Z' })).toEqual(['event1', 'event2']);
    expect(await ask({ timeMax: '2026-11-24T20:00:00Z' })).toEqual(['event0']);
    expect(await ask({ privateExtendedProperty: 'for=x=1' })).toEqual(['event1']);
    expect(await ask({ privateExtendedProperty: 'for=x' })).toEqual([]);
    expect(await client.events('GET', '', { query: { timeMin: '2026-11-24' } })).toMatchObject({ status: 400 });
  });

  it('gives one by one what repeats, through the change of clocks', async () => {
    await filled(0);
    const event = {
      start: at('2026-10-30T09:00:00'),
      end: at('2026-10-30T09:30:00'),
      recurrence: ['RRULE:FREQ=DAILY;COUNT=4'],
    };
    await client.events('POST', '', { body: { ...event, id: 'abcdef' } });
    expect(ids(await client.events('GET'))).toEqual(['abcdef']);
    const { body } = await client.events('GET', '', { query: { singleEvents: 'true' } });
    expect(body.items?.map(({ start }) => start)).toMatchObject([
      { dateTime: '2026-10-30T09:00:00-04:00' },
      { dateTime: '2026-10-31T09:00:00-04:00' },
      { dateTime: '2026-11-01T09:00:00-05:00' },
      { dateTime: '2026-11-02T09:00:00-05:00' },
    ]);
    const query = { singleEvents: 'true', syncToken: body.nextSyncToken ?? '' };
    await client.events('DELETE', '/abcdef');
    const gone = await client.events('GET', '', { query });
    expect(ids(gone)).toEqual(body.items?.map(({ id }) => id));
    expect(new Set(gone.body.items?.map(({ status }) => status))).toEqual(new Set(['cancelled']));
  });
});

describe('a sync token', () => {
  it('gives what changed since, deletions included', async () => {
    await filled(3);
    const syncToken = (await client.events('GET')).body.nextSyncToken ?? '';
    await client.events('DELETE', '/event0');
    await client.events('POST', '', { body: halfHour(0, { id: 'event9' }) });
    const { body } = await client.events('GET', '', { query: { syncToken } });
    expect(body.items?.map(({ id, status }) => [id, status])).toEqual([
      ['event0', 'cancelled'],
      ['event9', 'confirmed'],
    ]);
    const again = await client.events('GET', '', { query: { syncToken: body.nextSyncToken ?? '' } });
    expect(ids(again)).toEqual([]);
  });

  it('goes with no filter, no other calendar, and not with other parameters than before', async () => {
    await filled(1);
    const syncToken = (await client.events('GET')).body.nextSyncToken ?? '';
    const filters = {
      timeMin: '2026-11-24T00:00:00Z',
      q: 'x',
      orderBy: 'updated',
      privateExtendedProperty: 'a=b',
      singleEvents: 'true',
    };
    for (const [name, value] of Object.entries(filters)) {
      expect(await client.events('GET', '', { query: { syncToken, [name]: value } })).toMatchObject({ status: 400 });
    }
    client.sim.calendars.add({ id: 'other' });
    expect(await client.ask('GET', '/calendars/other/events', { query: { syncToken } })).toMatchObject({ status: 400 });
  });

  it('may be too old', async () => {
    await filled(1);
    const syncToken = (await client.events('GET')).body.nextSyncToken ?? '';
    client.sim.expireSyncTokens();
    expect(await client.events('GET', '', { query: { syncToken } })).toMatchObject({
      status: 410,
      reason: 'fullSyncRequired',
    });
  });

  it('is not had by a search', async () => {
    await filled(1);
    const query = { privateExtendedProperty: 'a=b' };
    expect((await client.events('GET', '', { query })).body.nextSyncToken).toBeUndefined();
  });
});
