/** Calls from a browser: by voice, by typed text, dropped and taken up again; and the load client of old. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BrowserClient, type BrowserOptions } from '../sim/browser/client.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';

const LIMIT_MS = 90_000;
const OPEN = '2026-11-23T15:00:00Z';
const PACE = 5;
const WISH = "I'd like to book a Botox appointment for tomorrow at 2 PM.";

let ava: AvaStand;
beforeAll(async () => {
  ava = await startAva({ at: OPEN, pace: PACE, environment: { CALL_RESUME_TTL_S: '2' } });
});
afterAll(() => ava.stop());

const urlOf = (session: string, query = ''): string =>
  `${ava.publicUrl.replace(/^http/, 'ws')}/ws/voice/${session}${query}`;

async function greeted(options: BrowserOptions = {}, session: string = randomUUID()): Promise<BrowserClient> {
  const query = options.format === 'pcmu' ? '?format=pcmu' : '';
  const client = new BrowserClient(urlOf(session, query), { pace: PACE, tells: true, ...options });
  await client.hears(/How can I help you today\?/);
  return client;
}

/** What she was told to have said, in words. */
const spoken = (client: BrowserClient): string =>
  client
    .of('transcript')
    .filter((each) => each['final'] === true && each['role'] === 'assistant')
    .map((each) => each['text'])
    .join(' ');

async function recordOf(client: BrowserClient) {
  const id = String(client.of('session')[0]?.['conversation_id']);
  return until('the record to be closed', 15_000, async () => {
    const [row] = await ava.database.unbound(
      'read',
      (sql) => sql<{ channel: string; outcome: string; booked: number; said: string[] }[]>`
        select v.channel, v.outcome,
               (select count(*)::int from appointments a where a.conversation_id = v.id and a.status = 'confirmed') as booked,
               (select json_agg(text order by n) from turns t where t.conversation_id = v.id and role = 'customer') as said
        from conversations v where v.id = ${id} and v.status = 'ended'`,
    );
    return row;
  });
}

describe('a caller in a browser', () => {
  it.each(['pcm', 'pcmu'] as const)('books by voice, in %s', { timeout: LIMIT_MS }, async (format) => {
    const client = await greeted({ format });
    await client.say(format === 'pcm' ? WISH : WISH.replace('2 PM', '3 PM'));
    await client.hears(/your full name/);
    await client.say('My name is Jordan Lee. My phone number is +15550100142. My email is jordan.lee@example.com.');
    await client.hears(/You're booked for Botox tomorrow.*help you with\?/);
    await client.until(() => spoken(client) === client.heard);
    client.send({ type: 'end_session' });
    expect(await client.closed).toBe(1000);
    expect(client.of('ended')).toEqual([{ type: 'ended', outcome: 'appointment_scheduled' }]);
    expect(client.of('error')).toEqual([]);
    expect(client.of('tool')).toEqual(
      ['check_availability', 'book_appointment'].flatMap((name) => [
        { type: 'tool', name, status: 'started' },
        { type: 'tool', name, status: 'done' },
      ]),
    );
    expect(await recordOf(client)).toMatchObject({ channel: 'web', outcome: 'appointment_scheduled', booked: 1 });
  });

  it('books by typed text', { timeout: LIMIT_MS }, async () => {
    const client = await greeted();
    client.send({ type: 'text', text: WISH.replace('2 PM', '4 PM') });
    await client.hears(/your full name/);
    client.send({ type: 'text', text: 'My name is Robin Ray. My phone number is +15550100143. No email, please.' });
    await client.hears(/You're booked for Botox tomorrow|email/);
    if (!/You're booked/.test(client.heard)) client.send({ type: 'text', text: 'My email is robin@example.com.' });
    await client.hears(/You're booked for Botox tomorrow/);
    client.send({ type: 'end_session' });
    await client.closed;
    const record = await recordOf(client);
    expect(record).toMatchObject({ outcome: 'appointment_scheduled', booked: 1 });
    expect(record.said[0]).toBe(WISH.replace('2 PM', '4 PM'));
  });

  it('is asked again where nothing could be heard of the turn they ended', { timeout: LIMIT_MS }, async () => {
    const client = await greeted();
    client.send({ type: 'audio', data: 'AAAA', seq: 1 });
    client.send({ type: 'commit' });
    await client.hears(/didn't catch that/);
    expect(client.of('ack')).toEqual([{ type: 'ack', seq: 1 }]);
    client.socket.close();
  });

  it('is answered whatever they end by hand: two turns in one burst, and then nothing', {
    timeout: LIMIT_MS,
  }, async () => {
    const client = await greeted();
    client.sayAtOnce('What are your opening hours?', 'Where are you located?');
    await client.until(() => client.of('transcript').filter((each) => each['role'] === 'customer').length === 2);
    await client.hears(/120 Orchard Street.*help you with\?/);
    client.send({ type: 'commit' });
    await client.hears(/didn't catch that/);
    expect(client.of('error')).toEqual([]);
    client.send({ type: 'end_session' });
    await client.closed;
    expect((await recordOf(client)).said).toEqual(['What are your opening hours?', 'Where are you located?']);
  });

  it('is answered though their turn was over before she could hear it', { timeout: LIMIT_MS }, async () => {
    const client = new BrowserClient(urlOf(randomUUID()), { pace: PACE, tells: true });
    await client.until(() => client.socket.readyState === WebSocket.OPEN);
    client.sayAtOnce('Where are you located?');
    await client.hears(/120 Orchard Street/);
    expect(client.of('error')).toEqual([]);
    client.socket.close();
  });

  it('stops her by a word to the server, and the record keeps what was heard', { timeout: LIMIT_MS }, async () => {
    const client = await greeted({ tells: false });
    client.send({ type: 'text', text: 'What are your opening hours?' });
    await client.hears(/We're open Monday/);
    client.send({ type: 'interrupt' });
    await client.until(() => client.of('clear').length > 0);
    client.send({ type: 'end_session' });
    await client.closed;
    expect((await recordOf(client)).outcome).toBe('info_only');
  });

  it('loses nothing by nonsense', { timeout: LIMIT_MS }, async () => {
    const client = await greeted();
    const nonsense = ['no json', '[]', '{}', '{"type":"dance"}', '{"type":"audio"}', '{"type":"audio","data":"§"}'];
    for (const text of [...nonsense, '{"type":"text","text":""}', '{"type":"played","item_id":1}']) client.send(text);
    client.socket.send(Buffer.from([1, 2, 3]));
    await client.until(() => client.of('error').length === nonsense.length + 3);
    for (const { code, message } of client.of('error')) {
      expect(['bad_message', 'bad_audio']).toContain(code);
      expect(String(message)).not.toBe('');
    }
    client.send({ type: 'text', text: 'What are your opening hours?' });
    await client.hears(/9 AM to 6 PM/);
    client.socket.close();
  });

  it('who drops off comes back to the same conversation, and hears the rest', { timeout: LIMIT_MS }, async () => {
    const session = randomUUID();
    const client = await greeted({}, session);
    client.send({ type: 'text', text: WISH.replace('2 PM', '11 AM') });
    await client.hears(/your full name/);
    client.socket.terminate();
    const again = new BrowserClient(urlOf(session), { pace: PACE, tells: true });
    await again.until(() => again.of('session').length === 1);
    const [first, second] = [client.of('session')[0], again.of('session')[0]];
    expect(second).toEqual({ ...first, resumed: true });
    again.send({
      type: 'text',
      text: 'My name is Kim Fox. My phone number is +15550100144. My email is kim@example.com.',
    });
    await again.hears(/You're booked for Botox tomorrow/);
    expect(again.heard).not.toMatch(/Thank you for calling/);
    again.send({ type: 'end_session' });
    await again.closed;
    expect(await recordOf(client)).toMatchObject({ outcome: 'appointment_scheduled', booked: 1 });
  });

  it('who comes back in another format is told so, and the call goes on', { timeout: LIMIT_MS }, async () => {
    const session = randomUUID();
    const client = await greeted({}, session);
    const other = new BrowserClient(urlOf(session, '?format=pcmu'));
    expect(await other.closed).toBe(1008);
    expect(other.of('error')).toMatchObject([{ code: 'bad_message' }]);
    client.send({ type: 'text', text: 'What are your opening hours?' });
    await client.hears(/9 AM to 6 PM/);
    client.send({ type: 'end_session' });
    expect(await client.closed).toBe(1000);
  });

  it('shares no session with the caller of another clinic who names the same', { timeout: LIMIT_MS }, async () => {
    const session = randomUUID();
    const client = await greeted({}, session);
    const [clinic] = await ava.database.unbound(
      'read',
      (sql) => sql<{ id: string }[]>`select id from clinics where phone = '+15550100002'`,
    );
    const stranger = new BrowserClient(urlOf(session, `?clinic=${clinic?.id}`), { pace: PACE, tells: true });
    await stranger.hears(/Thank you for calling/);
    expect(stranger.of('session')[0]).toMatchObject({ resumed: false });
    expect(stranger.of('session')[0]?.['conversation_id']).not.toBe(client.of('session')[0]?.['conversation_id']);
    for (const each of [stranger, client]) {
      each.send({ type: 'end_session' });
      expect(await each.closed).toBe(1000);
    }
  });

  it('who opens the session elsewhere takes it over', { timeout: LIMIT_MS }, async () => {
    const session = randomUUID();
    const client = await greeted({}, session);
    const { closed } = client;
    const other = new BrowserClient(urlOf(session), { pace: PACE });
    expect(await closed).toBe(4001);
    await other.until(() => other.of('session')[0]?.['resumed'] === true);
    other.send({ type: 'end_session' });
    expect(await other.closed).toBe(1000);
  });

  it('is let in under a sane name and in a format that there is', async () => {
    for (const [session, query] of [
      ['a%20b', ''],
      ['x'.repeat(129), ''],
      ['fine', '?format=mp3'],
    ] as const) {
      const client = new BrowserClient(urlOf(session, query));
      expect(await client.closed).toBe(1006);
    }
    const stranger = new BrowserClient(urlOf(randomUUID(), `?clinic=${randomUUID()}`));
    expect(await stranger.closed).toBe(1008);
    expect(stranger.of('error')).toMatchObject([{ code: 'unknown_clinic' }]);
  });

  it('leaves no model session behind', async () => {
    await until('the model sessions to be gone', 5_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
    expect(ava.openai.sessions()).toEqual([]);
  });
});

/** As it was written for the receptionist before her. An `error` is no answer. */
async function loadClient(session: string): Promise<boolean> {
  const socket = new WebSocket(urlOf(session));
  const waiting: ((message: { type: string }) => void)[] = [];
  const messages: { type: string }[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString('utf8'));
    const next = waiting.shift();
    if (next) next(message);
    else messages.push(message);
  });
  const receive = (limitMs: number): Promise<{ type: string }> =>
    new Promise((resolve, reject) => {
      const early = messages.shift();
      if (early) return resolve(early);
      const late = setTimeout(() => reject(new Error('no message')), limitMs);
      waiting.push((message) => {
        clearTimeout(late);
        resolve(message);
      });
    });
  try {
    const first = await receive(10_000);
    for (let n = 0; n < 5; n++) {
      socket.send(JSON.stringify({ type: 'audio', data: 'AAAA' }));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    messages.length = 0;
    socket.send(JSON.stringify({ type: 'commit' }));
    const answer = await receive(15_000);
    socket.send(JSON.stringify({ type: 'end_session' }));
    socket.close();
    return first.type !== 'error' && answer.type !== 'error';
  } catch {
    socket.terminate();
    return false;
  }
}

describe('the load client', () => {
  it('is served, fifty at once, and once more under the same names', { timeout: LIMIT_MS }, async () => {
    const sessions = Array.from({ length: 50 }, () => `load-test-${randomUUID()}`);
    for (let run = 0; run < 2; run++) {
      const served = await Promise.all(sessions.map(loadClient));
      expect(served.filter(Boolean).length).toBeGreaterThanOrEqual(45);
    }
    await until('the model sessions to be gone', 10_000, () => (ava.openai.sessions().length === 0 ? true : undefined));
  });
});
