import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { halfHour, openSim, type TestClient } from './test-client.ts';

let client: TestClient;
let door: Server;
let address: string;
const knocks: IncomingHttpHeaders[] = [];

beforeEach(async () => {
  knocks.length = 0;
  door = createServer((request, response) => {
    knocks.push(request.headers);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const bound = door.address();
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/notify`;
});
afterEach(async () => {
  await client.close();
  door.closeAllConnections();
  door.close();
});

const channel = (more: object = {}): object => ({ id: 'channel-1', type: 'web_hook', address, token: 'ours', ...more });

it('a watched calendar tells of its changes by a POST without a body, until the channel is stopped', async () => {
  client = await openSim({ plainHttpPush: true });
  const { body } = await client.events('POST', '/watch', { body: channel() });
  expect(body).toMatchObject({ kind: 'api#channel', id: 'channel-1', resourceId: expect.any(String) });
  await client.events('POST', '', { body: halfHour(0, { id: 'abcdef' }) });
  await client.events('DELETE', '/abcdef');
  await expect.poll(() => knocks.length).toBe(3);
  expect(new Set(knocks.map((each) => each['x-goog-resource-state']))).toEqual(new Set(['sync', 'exists']));
  expect(knocks[0]).toMatchObject({
    'x-goog-channel-id': 'channel-1',
    'x-goog-channel-token': 'ours',
    'content-length': '0',
  });
  const stopped = { body: { id: 'channel-1', resourceId: body.resourceId } };
  expect(await client.ask('POST', '/channels/stop', stopped)).toMatchObject({ status: 204 });
  expect(await client.ask('POST', '/channels/stop', stopped)).toMatchObject({ status: 404 });
  await client.events('POST', '', { body: halfHour() });
  expect(client.sim.channels.open).toEqual([]);
});

it('a channel has an end, an id of its own, and an address over https', async () => {
  client = await openSim({ plainHttpPush: true });
  const { body } = await client.events('POST', '/watch', { body: channel({ params: { ttl: '60' } }) });
  expect(Number(body['expiration'])).toBeLessThan(Date.now() + 61_000);
  const twice = await client.events('POST', '/watch', { body: channel() });
  expect(twice).toMatchObject({ status: 400, reason: 'channelIdNotUnique' });
  await client.close();
  client = await openSim();
  const plain = await client.events('POST', '/watch', { body: channel() });
  expect(plain).toMatchObject({ status: 400, reason: 'push.webhookUrlNotHttps' });
});

it('messages may be lost', async () => {
  client = await openSim({ plainHttpPush: true, lostPushes: 1 });
  await client.events('POST', '/watch', { body: channel() });
  await client.events('POST', '', { body: halfHour() });
  await client.sim.channels.close();
  expect(knocks).toEqual([]);
});
