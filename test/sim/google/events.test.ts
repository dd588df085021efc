import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALENDAR, halfHour, openSim, type TestClient } from './test-client.ts';

let client: TestClient;
beforeEach(async () => {
  client = await openSim();
});
afterEach(() => client.close());

describe('an event', () => {
  it('is kept as it was sent, with what the service adds', async () => {
    const event = halfHour(0, { id: 'abcdef', extendedProperties: { private: { a: '1' } } });
    const inserted = await client.events('POST', '', { body: event });
    expect(inserted).toMatchObject({
      status: 200,
      body: { id: 'abcdef', status: 'confirmed', kind: 'calendar#event' },
    });
    expect(inserted.headers.get('etag')).toBe(inserted.body.etag);
    const found = await client.events('GET', '/abcdef');
    expect(found.body).toEqual(inserted.body);
    expect(found.body).toMatchObject({ start: { dateTime: '2026-11-24T14:00:00-05:00' }, summary: 'Botox' });
  });

  it('gets an id where it brings none, and never one that is taken, though deleted', async () => {
    const { body } = await client.events('POST', '', { body: halfHour() });
    expect(body.id).toMatch(/^[a-v0-9]{5,}$/);
    expect(await client.events('DELETE', `/${body.id}`)).toMatchObject({ status: 204 });
    expect(await client.events('POST', '', { body: halfHour(0, { id: body.id }) })).toMatchObject({
      status: 409,
      reason: 'duplicate',
    });
    expect(await client.events('GET', `/${body.id}`)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    expect(await client.events('DELETE', `/${body.id}`)).toMatchObject({ status: 410, reason: 'deleted' });
  });

  it.each([
    ['an id of other letters', { id: 'wxyz-1' }, 'invalid'],
    ['an id that is too short', { id: 'abcd' }, 'invalid'],
    ['no end', { end: undefined }, 'required'],
    ['an end before its start', { end: halfHour(-60).end }, 'timeRangeEmpty'],
    ['a day and a moment', { end: { date: '2026-11-25' } }, 'invalid'],
    ['a clock without a zone', { start: { dateTime: '2026-11-24T14:00:00' } }, 'required'],
    ['a zone that is none', { start: { dateTime: '2026-11-24T14:00:00', timeZone: 'Mars/Olympus' } }, 'invalid'],
    ['a description without an end', { description: 'x'.repeat(9_000) }, 'invalid'],
    ['a repetition that it can not follow', { recurrence: ['RRULE:FREQ=YEARLY'] }, 'invalid'],
  ])('with %s is refused', async (_, changes, reason) => {
    expect(await client.events('POST', '', { body: halfHour(0, changes) })).toMatchObject({ status: 400, reason });
  });

  it('that is no JSON is refused', async () => {
    expect(await client.events('POST', '', { body: '{"start":' })).toMatchObject({ status: 400, reason: 'parseError' });
  });

  it('is replaced whole, or in part', async () => {
    await client.events('POST', '', { body: halfHour(0, { id: 'abcdef', description: 'first' }) });
    const patched = await client.events('PATCH', '/abcdef', { body: { summary: 'Filler' } });
    expect(patched.body).toMatchObject({ summary: 'Filler', description: 'first' });
    const { summary: _, ...rest } = halfHour(60);
    const replaced = await client.events('PUT', '/abcdef', { body: rest });
    expect(replaced.body).toMatchObject({ start: { dateTime: '2026-11-24T15:00:00-05:00' }, sequence: 1 });
    expect(replaced.body).not.toHaveProperty('description');
    expect(replaced.body).not.toHaveProperty('summary');
  });

  it.each(['PUT', 'PATCH', 'DELETE'])('is left alone by a %s whose condition is not met', async (method) => {
    const { body } = await client.events('POST', '', { body: halfHour(0, { id: 'abcdef' }) });
    const asked = { headers: { 'if-match': '"1"' }, ...(method !== 'DELETE' && { body: halfHour() }) };
    expect(await client.events(method, '/abcdef', asked)).toMatchObject({ status: 412, reason: 'conditionNotMet' });
    const met = { ...asked, headers: { 'if-match': body.etag ?? '' } };
    expect((await client.events(method, '/abcdef', met)).status).toBeLessThan(300);
    expect(await client.events(method, '/abcdef', met)).toMatchObject({ status: 412 });
  });

  it('that was deleted comes back by a PUT', async () => {
    await client.events('POST', '', { body: halfHour(0, { id: 'abcdef' }) });
    await client.events('DELETE', '/abcdef');
    expect(await client.events('PUT', '/abcdef', { body: halfHour() })).toMatchObject({
      body: { status: 'confirmed' },
    });
    expect(client.sim.live(CALENDAR)).toHaveLength(1);
  });

  it('that never was, or is in no calendar of ours, is not found', async () => {
    expect(await client.events('GET', '/abcdef')).toMatchObject({ status: 404, reason: 'notFound' });
    client.sim.calendars.add({ id: 'private@clinic.test', sharedWith: ['somebody@else.test'] });
    const path = '/calendars/private%40clinic.test/events';
    expect(await client.ask('POST', path, { body: halfHour() })).toMatchObject({ status: 404, reason: 'notFound' });
    expect(await client.ask('GET', '/calendars/nobody/events')).toMatchObject({ status: 404 });
    expect(await client.ask('GET', '/calendarList')).toMatchObject({ status: 404 });
  });

  it('may be there twice, where a collision goes unnoticed; a condition says which of the two is meant', async () => {
    client.sim.calendars.missedCollisions = 1;
    const first = await client.events('POST', '', { body: halfHour(0, { id: 'abcdef' }) });
    const second = await client.events('POST', '', { body: halfHour(60, { id: 'abcdef' }) });
    expect(client.sim.live(CALENDAR)).toHaveLength(2);
    expect((await client.events('GET', '/abcdef')).body.etag).toBe(first.body.etag);
    const meant = { headers: { 'if-match': second.body.etag ?? '' } };
    expect(await client.events('DELETE', '/abcdef', meant)).toMatchObject({ status: 204 });
    expect(client.sim.live(CALENDAR).map(({ etag }) => etag)).toEqual([first.body.etag]);
  });
});

const query = (items: readonly string[], from = '2026-11-24T00:00:00Z', to = '2026-11-27T00:00:00Z') =>
  client.ask('POST', '/freeBusy', { body: { timeMin: from, timeMax: to, items: items.map((id) => ({ id })) } });

describe('what is busy', () => {
  it('is told in stretches, without what keeps nobody busy', async () => {
    for (const event of [
      halfHour(0),
      halfHour(30),
      halfHour(300),
      halfHour(600, { transparency: 'transparent' }),
      halfHour(900, { attendees: [{ email: CALENDAR, responseStatus: 'declined' }] }),
      halfHour(5_000),
    ])
      await client.events('POST', '', { body: event });
    await client.events('POST', '', { body: { start: { date: '2026-11-25' }, end: { date: '2026-11-26' } } });
    expect((await query([CALENDAR])).body).toMatchObject({
      calendars: {
        [CALENDAR]: {
          busy: [
            { start: '2026-11-24T19:00:00Z', end: '2026-11-24T20:00:00Z' },
            { start: '2026-11-25T00:00:00Z', end: '2026-11-25T00:30:00Z' },
            { start: '2026-11-25T05:00:00Z', end: '2026-11-26T05:00:00Z' },
          ],
        },
      },
    });
  });

  it('of a calendar that is not there is an error in an answer that is fine', async () => {
    const { status, body } = await query(['nobody', CALENDAR]);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      calendars: { nobody: { errors: [{ reason: 'notFound' }] }, [CALENDAR]: { busy: [] } },
    });
  });

  it('needs a stretch of time', async () => {
    expect(await query([CALENDAR], '2026-11-24T00:00:00Z', '2026-11-23T00:00:00Z')).toMatchObject({ status: 400 });
    expect(await query([CALENDAR], 'tomorrow')).toMatchObject({ status: 400 });
  });
});
