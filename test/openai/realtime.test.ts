/** The Realtime client against the simulated service, over a real socket. */
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { realtimeConnector } from '../../src/openai/realtime.ts';
import type { FaultPlan } from '../sim/openai/faults.ts';
import { type OpenAiSim, startOpenAiSim } from '../sim/openai/server.ts';
import { silence, speakSentence } from '../sim/speech.ts';
import { until } from '../support/ava.ts';

const BRIEF = { instructions: 'Be kind.', voice: 'marin', languages: ['en'], format: 'audio/pcmu' as const, tools: [] };
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function simulator(faults: FaultPlan['faults'] = [], apiKey?: string): Promise<OpenAiSim> {
  const sim = await startOpenAiSim({ pace: 10, faults: { faults }, ...(apiKey === undefined ? {} : { apiKey }) });
  open.push(() => sim.stop());
  return sim;
}

function line(url: string): { line: ModelLine; reports: ModelReport[]; heard: (type: string) => Promise<ModelReport> } {
  const reports: ModelReport[] = [];
  const connect = realtimeConnector({
    url,
    apiKey: 'sk-test',
    model: 'gpt-realtime-2.1',
    transcriptionModel: 'gpt-transcribe',
  });
  const opened = connect(BRIEF, (report) => reports.push(report));
  open.push(() => opened.close());
  const heard = (type: string): Promise<ModelReport> =>
    until(type, 12_000, () => reports.find((report) => report.type === type));
  return { line: opened, reports, heard };
}

describe('a connection that is turned away', () => {
  it.each([
    [503, { kind: 'connect', code: 'http_503', retryAfterMs: 1_000 }],
    [429, { kind: 'rate_limit', code: 'http_429', retryAfterMs: 1_000 }],
    [401, { kind: 'fatal', code: 'http_401' }],
  ] as const)('with %i says what that means', async (status, expected) => {
    const sim = await simulator([{ kind: 'refuse_connect', status }]);
    expect(await line(sim.realtimeUrl).heard('lost')).toMatchObject(expected);
  });

  it('for its key after the handshake is fatal', async () => {
    const sim = await simulator([], 'sk-another');
    expect(await line(sim.realtimeUrl).heard('lost')).toMatchObject({ kind: 'fatal', code: 'invalid_api_key' });
  });

  it('for a quota that is used up is fatal though it comes as 429, however long its body stays open', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      const body = '{"error":{"code":"insufficient_quota"}}';
      socket.write(`HTTP/1.1 429 Too Many Requests\r\ncontent-length: ${body.length + 100}\r\n\r\n${body}`);
      open.push(() => void socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => void server.close());
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    expect(await line(`ws://127.0.0.1:${port}/v1/realtime`).heard('lost')).toMatchObject({
      kind: 'fatal',
      code: 'insufficient_quota',
    });
  });
});

describe('a session', () => {
  it('that reads back another audio format than was asked for is lost, and was never ready', async () => {
    const sim = await simulator([{ kind: 'formats_differ' }]);
    const { heard, reports } = line(sim.realtimeUrl);
    expect(await heard('lost')).toMatchObject({ kind: 'protocol', code: 'audio_format_differs' });
    expect(reports.map(({ type }) => type)).not.toContain('session_ready');
  });

  it('tells how long the caller’s voice was', async () => {
    const sim = await simulator();
    const { line: session, heard } = line(sim.realtimeUrl);
    await heard('session_ready');
    const speech = speakSentence('I would like to book a Hydrafacial, please.', 2);
    const audio = Buffer.concat([silence(600), speech, silence(700)]);
    for (let at = 0; at < audio.length; at += 160) session.audio(audio.subarray(at, at + 160).toString('base64'));
    const stopped = await heard('caller_speech_stopped');
    expect(stopped).toMatchObject({ speechMs: speech.length / 8 });
    expect(await heard('caller_speech_started')).toMatchObject({ atMs: 300 });
  });

  it('is told what belongs together in one write', async () => {
    const sim = await simulator();
    const { line: session, heard } = line(sim.realtimeUrl);
    await heard('session_ready');
    await turn();
    const spies = [vi.spyOn(Socket.prototype, '_write'), vi.spyOn(Socket.prototype, '_writev')];
    open.push(() => void vi.restoreAllMocks());
    const port = Number(new URL(sim.realtimeUrl).port);
    const writes = (): number =>
      spies.flatMap((spy) => spy.mock.contexts).filter((each) => each instanceof Socket && each.remotePort === port)
        .length;
    for (const text of ['Hello.', 'Botox, please.']) session.send({ type: 'caller_text', text });
    session.audio(silence(20).toString('base64'));
    session.send({ type: 'create_response', sentence: null });
    expect(writes()).toBe(0);
    await turn();
    expect(writes()).toBe(1);
    await heard('response_started');
  });

  it('that falls silent is lost within eight seconds, and one that has nothing to say is not', {
    timeout: 30_000,
  }, async () => {
    const sim = await simulator();
    const [silent, quiet] = [line(sim.realtimeUrl), line(sim.realtimeUrl)];
    await Promise.all([silent.heard('session_ready'), quiet.heard('session_ready')]);
    sim.strike({ kind: 'black_hole' }, sim.sessions()[0]?.id);
    const lost = await Promise.race([silent.heard('lost'), quiet.heard('lost')]);
    expect(lost).toMatchObject({ kind: 'timeout', code: 'fell_silent' });
    expect([...silent.reports, ...quiet.reports].filter(({ type }) => type === 'lost')).toHaveLength(1);
  });
});
