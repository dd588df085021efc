import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { type SenderOptions, webhookSender } from '../../src/webhooks/sending.ts';
import { openReceiver } from '../support/receiver.ts';

const NOW = 1_764_000_000_123;
const SECRET = 'whsec_of-a-test';

function send(url: string, settings: Partial<SenderOptions> = {}, signal = new AbortController().signal) {
  const sender = webhookSender({ reach: 'anybody', now: () => NOW, ...settings });
  const delivery = { deliveryId: 'd', eventId: 'e', endpointId: 'p', url, body: '{"name":"Zoë"}', secret: SECRET };
  return sender(delivery, signal);
}

it('a receiver gets the body byte for byte, signed with its time, and its status is the answer', async () => {
  const { url, received } = await openReceiver((response) => response.writeHead(202).end('thanks'));
  expect(await send(url)).toEqual({ kind: 'answered', status: 202, retryAfterMs: null });
  const mac = createHmac('sha256', SECRET).update('1764000000.{"name":"Zoë"}').digest('hex');
  expect(received).toMatchObject([
    {
      method: 'POST',
      url: '/hook?a=1',
      headers: { 'ava-event-id': 'e', 'ava-delivery-id': 'd', 'ava-signature': `t=1764000000,v1=${mac}` },
      body: '{"name":"Zoë"}',
    },
  ]);
});

it('a redirect is an answer, and not followed', async () => {
  const other = await openReceiver();
  const { url } = await openReceiver((response) => response.writeHead(307, { location: other.url }).end());
  expect(await send(url)).toMatchObject({ kind: 'answered', status: 307 });
  expect(other.received).toEqual([]);
});

it('how long a receiver asks to be left alone is told', async () => {
  const { url } = await openReceiver((response) => response.writeHead(429, { 'retry-after': '120' }).end());
  expect(await send(url)).toEqual({ kind: 'answered', status: 429, retryAfterMs: 120_000 });
});

it('an answer without an end is cut, and its status stands', async () => {
  let isCut = false;
  const { url } = await openReceiver((response) => {
    const more = (): void => void response.write(Buffer.alloc(16_384));
    response.writeHead(200).on('drain', more);
    response.on('close', () => {
      isCut = true;
    });
    more();
  });
  expect(await send(url)).toMatchObject({ kind: 'answered', status: 200 });
  await expect.poll(() => isCut).toBe(true);
});

it('no answer in time is a timeout, and so is a name that is not resolved in time', async () => {
  const { url, port } = await openReceiver(() => undefined);
  expect(await send(url, { limitMs: 50 })).toEqual({ kind: 'failed', failure: 'timeout' });
  const silent = { limitMs: 50, resolve: () => new Promise<never>(() => undefined) };
  expect(await send(`http://hooks.test:${port}/`, silent)).toEqual({ kind: 'failed', failure: 'timeout' });
});

it('nobody there, no such name, and a receiver that does not speak TLS are told apart', async () => {
  const { port } = await openReceiver();
  expect(await send('http://127.0.0.1:1/')).toEqual({ kind: 'failed', failure: 'unreachable' });
  const nowhere = { resolve: () => Promise.reject(new Error('ENOTFOUND')) };
  expect(await send('http://hooks.test/', nowhere)).toEqual({ kind: 'failed', failure: 'unreachable' });
  expect(await send(`https://127.0.0.1:${port}/`)).toEqual({ kind: 'failed', failure: 'tls' });
});

it('the connection goes to the addresses that were judged: a name is asked for once', async () => {
  const { received, port } = await openReceiver();
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return ['127.0.0.1'];
  };
  expect(await send(`http://hooks.test:${port}/`, { resolve })).toMatchObject({ status: 200 });
  expect(asked).toEqual(['hooks.test']);
  expect(received[0]?.headers.host).toBe(`hooks.test:${port}`);
});

it.each([[['127.0.0.1']], [['8.8.8.8', '10.0.0.1']], [['::1']], [['169.254.169.254']]])(
  'in production a name that leads to %j is not called',
  async (addresses) => {
    const { received, port } = await openReceiver();
    const answer = await send(`https://hooks.test:${port}/`, { reach: 'public', resolve: async () => addresses });
    expect(answer).toEqual({ kind: 'failed', failure: 'not_public' });
    expect(received).toEqual([]);
  },
);

it('in production neither a loopback address nor plain http is called', async () => {
  const { received, url, port } = await openReceiver();
  for (const each of [url, `https://127.0.0.1:${port}/`, `http://hooks.test:${port}/`])
    expect(await send(each, { reach: 'public' })).toEqual({ kind: 'failed', failure: 'not_public' });
  expect(received).toEqual([]);
});
