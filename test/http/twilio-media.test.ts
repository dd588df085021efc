import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  CALL_SID,
  CALLER,
  CLINIC_NUMBER,
  connectCall,
  type Edge,
  frame,
  mediaMessage,
  openEdge,
  ring,
  STREAM_SID,
  StreamClient,
  signature,
  startMessage,
  waitingLedger,
} from './edge.ts';

const CONNECTED = '{"event":"connected","protocol":"Call","version":"1.0.0"}';
const MARK = JSON.stringify({ event: 'mark', sequenceNumber: '4', streamSid: STREAM_SID, mark: { name: 'm-1' } });
const DIGIT = JSON.stringify({
  event: 'dtmf',
  streamSid: STREAM_SID,
  sequenceNumber: '5',
  dtmf: { track: 'inbound_track', digit: '#' },
});
const STOP = JSON.stringify({ event: 'stop', streamSid: STREAM_SID, stop: { accountSid: 'AC1', callSid: CALL_SID } });

let edge: Edge;
beforeEach(async () => {
  edge = await openEdge();
});
afterEach(() => edge.close());

/** How a stream that nobody wants ended. */
async function refusal(client: StreamClient): Promise<unknown> {
  const { code } = await client.closed;
  return { code, reasons: edge.events.of('call.refused').map((event) => event.reason), calls: edge.desk.calls.length };
}

async function upgradeStatus(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(edge.url('/twilio/media').replace('http', 'ws'), { headers });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return response.statusCode;
}

const stream = (headers?: Record<string, string>): Promise<StreamClient> => new StreamClient(edge, headers).opened();

const STRETCH = { itemId: 'a', fromMs: 0, ms: 0 };

describe('a media stream with a good token', () => {
  it('becomes a call: audio, marks and digits go in, in order and untouched', async () => {
    const { client, call } = await connectCall(edge);
    expect(call.stream).toEqual({
      brokeAt: null,
      callSid: CALL_SID,
      streamSid: STREAM_SID,
      clinicId: 'clinic-1',
      from: CALLER,
      to: CLINIC_NUMBER,
    });
    const frames = Array.from({ length: 1_200 }, (_, n) => frame(n));
    frames.forEach((payload, n) => client.send(mediaMessage(n + 1, payload)));
    client.send(MARK, DIGIT);
    await expect.poll(() => call.log).toEqual(['mark m-1', 'digit #']);
    expect(call.audio).toEqual(frames);
    expect(edge.events.of('media.violation')).toEqual([]);
  });

  it('keeps what comes while its token is being spent, and hands it over in order', async () => {
    const { ledger, answer } = waitingLedger();
    await edge.close();
    edge = await openEdge({ ledger });
    const client = await stream();
    client.send(CONNECTED, startMessage(await ring(edge)), mediaMessage(1, frame(1)), MARK, mediaMessage(2, frame(2)));
    client.socket.ping();
    await once(client.socket, 'pong');
    expect(edge.desk.calls).toEqual([]);
    answer(true);
    await expect.poll(() => edge.desk.calls[0]?.audio).toEqual([frame(1), frame(2)]);
    expect(edge.desk.calls[0]?.log).toEqual(['mark m-1']);
  });

  it('carries what the line plays, marks and clears, in order', async () => {
    const { client, call } = await connectCall(edge);
    call.line.play('AAAA', STRETCH);
    call.line.mark('a "quoted" mark');
    call.line.clear();
    call.line.play('BBBB', STRETCH);
    await expect.poll(() => client.heard.length).toBe(4);
    expect(client.heard).toEqual([
      { event: 'media', streamSid: STREAM_SID, media: { payload: 'AAAA' } },
      { event: 'mark', streamSid: STREAM_SID, mark: { name: 'a "quoted" mark' } },
      { event: 'clear', streamSid: STREAM_SID },
      { event: 'media', streamSid: STREAM_SID, media: { payload: 'BBBB' } },
    ]);
  });

  it('says everything before it hangs up, and nothing after', async () => {
    const { client, call } = await connectCall(edge);
    call.line.play('AAAA', STRETCH);
    call.line.close();
    call.line.play('BBBB', STRETCH);
    call.line.close();
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(client.heard).toHaveLength(1);
    expect(call.log).toEqual(['closed stop']);
  });

  it('ends in order by stop, once', async () => {
    const { client, call } = await connectCall(edge);
    client.send(STOP, mediaMessage(1, frame(1)), STOP);
    expect(await client.closed).toMatchObject({ code: 1000 });
    expect(call.log).toEqual(['closed stop']);
    expect(call.audio).toEqual([]);
  });

  it('is broken where its socket vanishes', async () => {
    const { client, call } = await connectCall(edge);
    client.socket.terminate();
    await expect.poll(() => call.log).toEqual(['closed broken']);
  });

  it('understands other orders of keys, blanks behind colons and escaped slashes', async () => {
    const { client, call } = await connectCall(edge);
    const payload = `${'/'.repeat(212)}+A==`;
    const reordered = { streamSid: STREAM_SID, media: { payload, track: 'inbound' }, event: 'media' };
    const plain = JSON.parse(mediaMessage(1, payload));
    const spaced = JSON.stringify(plain).replaceAll('":"', '": "').replaceAll('","', '", "');
    client.send(JSON.stringify(reordered), spaced, spaced, JSON.stringify(plain), JSON.stringify(plain, null, 2));
    client.send(JSON.stringify(plain).replaceAll('/', '\\/'), spaced);
    await expect.poll(() => call.audio.length).toBe(7);
    expect(new Set(call.audio)).toEqual(new Set([payload]));
  });

  it('goes on over events of names that Twilio may add, and says so once', async () => {
    const { client, call } = await connectCall(edge);
    client.send('{"event":"weather","streamSid":"x"}', '{"event":"weather"}', MARK);
    await expect.poll(() => call.log).toEqual(['mark m-1']);
    expect(edge.events.of('media.violation')).toMatchObject([{ kind: 'unknown_event', callSid: CALL_SID }]);
  });
});

describe('a media stream without a good token', () => {
  it.each([
    ['missing_token', () => null],
    ['missing_token', () => ''],
    ['bad_token', () => 'nonsense'],
    ['bad_token', (token: string) => `${token.slice(0, -2)}xx`],
    ['bad_token', (token: string) => `${token}.more`],
    ['bad_token', (token: string) => token.repeat(9)],
  ])('is refused as %s', async (reason, spoil) => {
    const client = await stream();
    client.send(CONNECTED, startMessage(spoil(await ring(edge))));
    expect(await refusal(client)).toEqual({ code: 1008, reasons: [reason], calls: 0 });
  });

  it('is refused where the token is another call’s', async () => {
    const client = await stream();
    client.send(startMessage(await ring(edge, { CallSid: 'CA-another' })));
    expect(await refusal(client)).toEqual({ code: 1008, reasons: ['wrong_call'], calls: 0 });
  });

  it('is refused 60 seconds later', async () => {
    const token = await ring(edge);
    edge.advance(60_000);
    const client = await stream();
    client.send(startMessage(token));
    expect(await refusal(client)).toEqual({ code: 1008, reasons: ['expired_token'], calls: 0 });
  });

  it('is refused where the token was used, while the first stream goes on', async () => {
    const token = await ring(edge);
    const first = await stream();
    first.send(startMessage(token));
    await expect.poll(() => edge.desk.calls.length).toBe(1);
    const second = await stream();
    second.send(startMessage(token));
    expect((await second.closed).code).toBe(1008);
    expect(edge.events.of('call.refused').map((event) => event.reason)).toEqual(['used_token']);
    first.send(mediaMessage(1, frame(1)));
    await expect.poll(() => edge.desk.calls[0]?.audio).toEqual([frame(1)]);
  });

  it('is refused where it carries other audio than µ-law at 8 kHz', async () => {
    const client = await stream();
    const mediaFormat = { encoding: 'audio/x-l16', sampleRate: 16000, channels: 1 };
    client.send(startMessage(await ring(edge), { mediaFormat }));
    expect(await refusal(client)).toEqual({ code: 1008, reasons: ['wrong_format'], calls: 0 });
  });

  it('is closed with 1013 where the desk has no place', async () => {
    edge.desk.opening = () => null;
    const client = await stream();
    client.send(startMessage(await ring(edge)));
    expect((await client.closed).code).toBe(1013);
    expect(edge.events.of('call.refused').map((event) => event.reason)).toEqual(['not_admitted']);
  });

  it('is closed within 5 seconds where no start comes, whatever else it does', async () => {
    const began = performance.now();
    const silent = await stream();
    const greeting = await stream();
    greeting.send(CONNECTED);
    expect((await silent.closed).code).toBe(1008);
    expect((await greeting.closed).code).toBe(1008);
    expect(performance.now() - began).toBeGreaterThan(4_500);
    expect(performance.now() - began).toBeLessThan(6_000);
    expect(edge.events.of('call.refused').map((event) => event.reason)).toEqual(['no_start', 'no_start']);
  });

  it.each([
    ['media before start', 'before_start', mediaMessage(1, frame(1))],
    ['a mark before start', 'before_start', MARK],
    ['a stop before start', 'before_start', STOP],
    ['broken JSON', 'malformed', '{"event":"start",'],
    ['JSON that is no message', 'malformed', '[1,2]'],
    ['a start without its parts', 'malformed', '{"event":"start","start":{}}'],
    ['a start whose stream would break out of JSON', 'malformed', startMessage('x', { streamSid: 'MZ","event":"x' })],
    ['a binary frame', 'binary', Buffer.from([1, 2, 3])],
    ['an oversized message', 'oversized', 'x'.repeat(17 * 1024)],
  ])('is closed at once for %s', async (_what, kind, message) => {
    const client = await stream();
    client.send(message);
    expect((await client.closed).code).toBe(1008);
    expect(edge.events.of('media.violation')).toEqual([{ kind }]);
    expect(edge.desk.calls).toEqual([]);
  });
});

describe('the upgrade', () => {
  it.each(['wss://ava.example/twilio/media', 'wss://ava.example:443/twilio/media', 'wss://ava.example/twilio/media/'])(
    'accepts Twilio’s signature over %s',
    async (url) => {
      const client = await stream({ 'x-twilio-signature': signature(url) });
      client.socket.close(1000);
      expect(await client.closed).toMatchObject({ code: 1000 });
    },
  );

  it('refuses a signature that does not fit with 403', async () => {
    expect(await upgradeStatus({ 'x-twilio-signature': signature('wss://elsewhere.example/twilio/media') })).toBe(403);
    expect(edge.events.of('call.refused')).toEqual([{ reason: 'bad_signature' }]);
  });
});

describe('an open stream', () => {
  it.each([
    ['a second start', 'second_start', startMessage('x')],
    ['audio of another stream', 'wrong_stream', mediaMessage(1, frame(1), 'MZ-another')],
    ['a mark of another stream', 'wrong_stream', MARK.replace(STREAM_SID, 'MZ-another')],
    ['an oversized message', 'oversized', 'x'.repeat(17 * 1024)],
  ])('is closed for %s, and its call hears that it broke', async (_what, kind, message) => {
    const { client, call } = await connectCall(edge);
    client.send(message, mediaMessage(2, frame(2)));
    expect((await client.closed).code).toBe(1008);
    expect(call.log).toEqual(['closed broken']);
    expect(call.audio).toEqual([]);
    expect(edge.events.of('media.violation')).toEqual([{ callSid: CALL_SID, clinicId: 'clinic-1', kind }]);
  });

  it('drops what it cannot use and goes on', async () => {
    const { client, call } = await connectCall(edge);
    const inject = mediaMessage(1, '"},"x":{"y":"');
    client.send(mediaMessage(1, ''), mediaMessage(2, 'AAA'), mediaMessage(3, 'AA\\nA'), mediaMessage(4, 'AA=A'));
    client.send(
      inject,
      'not JSON',
      Buffer.from([0, 1]),
      mediaMessage(5, frame(5)),
      '{"event":"dtmf","dtmf":{"digit":"Z"}}',
    );
    client.send(mediaMessage(6, frame(6)));
    await expect.poll(() => call.audio).toEqual([frame(5), frame(6)]);
    expect(edge.events.of('media.violation').map((event) => event.kind)).toEqual([
      ...Array.from({ length: 5 }, () => 'bad_payload'),
      'malformed',
      'binary',
      'malformed',
    ]);
  });

  it('is closed when its mistakes pile up, and others go on', async () => {
    const bad = await connectCall(edge);
    const good = await connectCall(edge);
    for (let n = 0; n < 60; n++) bad.client.send('not JSON');
    expect((await bad.client.closed).code).toBe(1008);
    expect(edge.events.of('media.violation')).toHaveLength(51);
    good.client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => good.call.audio).toEqual([frame(1)]);
    expect(good.call.log).toEqual([]);
  });

  it('survives 10,000 frames at once: drops what is too much, says so once, starves nobody', async () => {
    const flooding = await connectCall(edge);
    const calm = await connectCall(edge);
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 10_000; n++) flooding.client.send(mediaMessage(n, frame(n)));
    flooding.client.send(MARK);
    calm.client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => calm.call.audio, { timeout: 1_000 }).toEqual([frame(1)]);
    await expect.poll(() => flooding.call.log, { timeout: 5_000 }).toEqual(['mark m-1']);
    expect(flooding.call.audio.length).toBeGreaterThanOrEqual(1_500);
    expect(flooding.call.audio.length).toBeLessThan(2_500);
    expect(edge.events.of('media.violation').map((event) => event.kind)).toEqual(['flood']);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('closes a stream that floods without end, or floods control messages', async () => {
    const audio = await connectCall(edge);
    for (let n = 0; n < 25_000; n++) audio.client.send(mediaMessage(n, frame(n)));
    expect((await audio.client.closed).code).toBe(1008);
    const marks = await connectCall(edge);
    for (let n = 0; n < 3_000; n++) marks.client.send(MARK);
    expect((await marks.client.closed).code).toBe(1008);
    expect(marks.call.log.length).toBeLessThan(2_500);
  });

  it.each(['audio', 'mark', 'digit', 'closed'] as const)('keeps to itself what breaks in %s', async (where) => {
    const other = await connectCall(edge);
    const told: string[] = [];
    const tell = (what: string): void => {
      told.push(what);
      if (what.startsWith(where)) throw new Error('a bug');
    };
    edge.desk.opening = () => ({
      audio: () => tell('audio'),
      mark: () => tell('mark'),
      digit: () => tell('digit'),
      closed: (reason) => tell(`closed ${reason}`),
    });
    const client = await stream();
    client.send(startMessage(await ring(edge)), mediaMessage(1, frame(1)), MARK, DIGIT, STOP);
    expect((await client.closed).code).toBe(where === 'closed' ? 1000 : 1011);
    expect(told.at(-1)).toBe(where === 'closed' ? 'closed stop' : 'closed broken');
    expect(edge.events.of('call.crashed')).toMatchObject([{ callSid: CALL_SID, actor: 'media_stream' }]);
    other.client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => other.call.audio).toEqual([frame(1)]);
  });

  it('survives a desk that breaks while it opens a call, and one that hangs up at once', async () => {
    edge.desk.opening = () => {
      throw new Error('a bug');
    };
    const broken = await stream();
    broken.send(startMessage(await ring(edge)));
    expect((await broken.closed).code).toBe(1011);
    const told: string[] = [];
    edge.desk.opening = (_stream, line) => {
      line.close();
      return { audio: () => {}, mark: () => {}, digit: () => {}, closed: (reason) => told.push(reason) };
    };
    const brief = await stream();
    brief.send(startMessage(await ring(edge)));
    expect((await brief.closed).code).toBe(1000);
    expect(told).toEqual(['stop']);
  });

  it('lets go of a caller who leaves while their token is being spent', async () => {
    const { ledger, answer } = waitingLedger();
    await edge.close();
    edge = await openEdge({ ledger });
    const client = await stream();
    client.send(startMessage(await ring(edge)), mediaMessage(1, frame(1)));
    client.socket.ping();
    await once(client.socket, 'pong');
    client.socket.terminate();
    await expect.poll(() => edge.server.openSockets).toBe(0);
    answer(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(edge.desk.calls).toEqual([]);
  });

  it('is given up with its call told, where the far end stops reading', async () => {
    const { client, call } = await connectCall(edge);
    client.socket.pause();
    const second = Buffer.alloc(8000, 0xff).toString('base64');
    await expect
      .poll(
        () => {
          for (let n = 0; n < 100; n++) call.line.play(second, STRETCH);
          return call.log;
        },
        { timeout: 10_000 },
      )
      .toEqual(['closed broken']);
    expect(edge.events.of('media.backpressure').map((event) => event.result)).toEqual(['queued', 'dropped']);
    client.socket.terminate();
  });
});
