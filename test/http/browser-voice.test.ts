/** Calls from a browser over real sockets: who gets in, who comes back, who is turned away, and what is left of them. */
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueApiToken } from '../../src/http/browser-tokens.ts';
import { radiance } from '../support/memory-clinics.ts';
import { type BrowserStand, openBrowserStand, refusal, SESSION_SECRET, WireClient } from './browser-stand.ts';

let stand: BrowserStand;
const clients: WireClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await stand.close();
});

function connect(session?: string, query?: string): WireClient {
  const client = new WireClient(stand, session, query);
  clients.push(client);
  return client;
}

/** One whose call has begun. */
async function talking(session?: string, query?: string): Promise<WireClient> {
  const client = await connect(session, query).opened();
  await expect.poll(() => client.of('audio').length).toBeGreaterThan(0);
  return client;
}

/** Resolves when the server has noticed. */
async function gone(client: WireClient): Promise<void> {
  client.socket.terminate();
  await expect.poll(() => stand.server.openSockets).toBe(0);
}

describe('a token of a session', () => {
  const Answer = z.object({ session_id: z.string(), token: z.string() });
  const ask = async (): Promise<z.output<typeof Answer>> => {
    const authorization = `Bearer ${issueApiToken(SESSION_SECRET, radiance.id, 1, Date.now()).token}`;
    const response = await fetch(stand.url('/api/browser-calls'), { method: 'POST', headers: { authorization } });
    return Answer.parse(await response.json());
  };

  it('begins one call, comes back to it, and begins no other', async () => {
    stand = await openBrowserStand({ needsToken: true });
    const { session_id: session, token } = await ask();
    const query = `?token=${token}`;
    await gone(await talking(session, query));
    const again = await connect(session, query).opened();
    await expect.poll(() => again.of('session')).toMatchObject([{ resumed: true }]);
    again.send({ type: 'end_session' });
    await again.closed;
    const third = await connect(session, query).opened();
    expect(await third.closed).toMatchObject({ code: 1008 });
    expect(third.of('error')).toMatchObject([{ code: 'used_token' }]);
    expect(stand.events.of('call.refused')).toEqual([{ reason: 'used_token' }]);
    await expect.poll(() => stand.sessions.size).toBe(0);
  });

  it('is needed in production', async () => {
    stand = await openBrowserStand({ needsToken: true });
    expect(await refusal(connect('fine'))).toMatchObject({ status: 401 });
  });
});

describe('a session', () => {
  it('counts as a call, and one too many is told so', async () => {
    stand = await openBrowserStand({ capacity: 1 });
    const first = await talking();
    const second = await connect().opened();
    expect(await second.closed).toMatchObject({ code: 1013 });
    expect(second.of('error')).toMatchObject([{ code: 'busy' }]);
    first.send({ type: 'end_session' });
    await first.closed;
    await talking();
  });

  it('goes on in its own format and no other', async () => {
    stand = await openBrowserStand();
    await talking('mine');
    const other = await connect('mine', '?format=pcmu').opened();
    expect(await other.closed).toMatchObject({ code: 1008 });
    expect(other.of('error')).toMatchObject([{ code: 'bad_message' }]);
    expect(stand.models.map((model) => [model.format, model.closed])).toEqual([['audio/pcm', false]]);
  });

  it('whose call ends while its caller is away tells them when they come back in time, and only then is forgotten', async () => {
    stand = await openBrowserStand();
    await gone(await talking('mine'));
    stand.models[0]?.report({ type: 'lost', kind: 'fatal', code: 'invalid_api_key' });
    await expect.poll(() => [stand.sessions.active, stand.sessions.size]).toEqual([0, 1]);
    const again = await connect('mine').opened();
    expect(await again.closed).toMatchObject({ code: 1000 });
    expect(again.of('session')).toMatchObject([{ resumed: true }]);
    expect(again.of('ended')).toEqual([{ type: 'ended', outcome: 'failed' }]);
    await expect.poll(() => stand.sessions.size).toBe(0);
  });

  it('whose call begins while its caller is away greets them when they come', async () => {
    let answer: (() => void) | undefined;
    const clinicsAnswer = new Promise<void>((resolve) => {
      answer = resolve;
    });
    stand = await openBrowserStand({ clinicsAnswer });
    await gone(await connect('mine').opened());
    answer?.();
    await expect.poll(() => stand.models[0]?.commands.some(({ type }) => type === 'create_response')).toBe(true);
    const again = await connect('mine').opened();
    await expect.poll(() => again.of('audio')).toMatchObject([{ offset_ms: 0 }]);
    expect(again.heard[0]).toMatchObject({ type: 'session', resumed: true });
  });

  it('plays again what its caller did not say they played', async () => {
    stand = await openBrowserStand();
    const client = await talking('mine');
    const [first] = client.of('audio');
    client.send({ type: 'played', item_id: first?.['item_id'], ms: 60 }, { type: 'audio', data: '', seq: 1 });
    await expect.poll(() => client.of('ack').length).toBe(1);
    await gone(client);
    const again = await connect('mine').opened();
    await expect.poll(() => again.of('audio')).toMatchObject([{ item_id: first?.['item_id'], offset_ms: 60 }]);
    expect(again.heard.map(({ type }) => type).slice(0, 3)).toEqual(['session', 'ack', 'transcript']);
  });

  it('sends all that was said to a caller who was away, however much it is', async () => {
    stand = await openBrowserStand();
    await gone(await talking('mine'));
    const payload = Buffer.alloc(48_000).toString('base64');
    for (let n = 0; n < 170; n++) stand.models[0]?.report({ type: 'audio', itemId: 'long', ms: 1_000, payload });
    const again = await connect('mine').opened();
    const ofLong = () => again.of('audio').filter((each) => each['item_id'] === 'long');
    await expect.poll(() => ofLong().length, { timeout: 5_000 }).toBe(170);
    expect(ofLong().map((each) => each['offset_ms'])).toEqual(Array.from({ length: 170 }, (_, n) => n * 1_000));
  });

  it('that nobody comes back to is forgotten, its call and its model with it', async () => {
    stand = await openBrowserStand({ resumeMs: 50 });
    await gone(await talking());
    await expect.poll(() => stand.sessions.size).toBe(0);
    expect(stand.models.map((model) => model.closed)).toEqual([true]);
    expect(stand.record.at(-1)).toMatchObject({ kind: 'ended' });
  });

  it('is told of a message that is too large, and lives', async () => {
    stand = await openBrowserStand();
    const client = await talking('mine');
    client.send('x'.repeat(3_000_000));
    expect(await client.closed).toMatchObject({ code: 1009 });
    expect(client.of('error')).toMatchObject([{ code: 'message_too_large' }]);
    const again = await connect('mine').opened();
    await expect.poll(() => again.of('session')).toMatchObject([{ resumed: true }]);
  });
});
