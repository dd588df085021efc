import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { silence, speakSentence } from '../speech.ts';
import { parsedObject } from './brain/json.ts';
import { at, TestClient } from './test-client.ts';
import { type Desk, EXACT, openDesk, TOOLS } from './test-desk.ts';
import { type Bench, openBench, PHONE, setUp } from './test-session.ts';

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function open(...args: Parameters<typeof openBench>): Promise<Bench> {
  bench = await openBench(...args);
  return bench;
}

describe('the HTTP side', () => {
  it("lists its models to OpenAI's own client", async () => {
    const { sim } = await open({ apiKey: 'sk-right' });
    const client = new OpenAI({ apiKey: 'sk-right', baseURL: sim.url, maxRetries: 0 });
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    expect(ids).toEqual(expect.arrayContaining(['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-realtime']));
    expect(await client.models.retrieve('gpt-realtime')).toMatchObject({
      object: 'model',
      shutdown_date: '2027-01-20',
    });
    const wrong = new OpenAI({ apiKey: 'sk-wrong-abcd', baseURL: sim.url, maxRetries: 0 });
    await expect(wrong.models.list()).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
  });

  it('answers in the shape of the service where there is no key, or no such route', async () => {
    const { sim } = await open();
    const bare = await fetch(`${sim.url}/models`);
    expect([bare.status, await bare.json()]).toMatchObject([
      401,
      { error: { type: 'invalid_request_error', code: null } },
    ]);
    const lost = await fetch(`${sim.url}/poems`, { headers: { authorization: 'Bearer sk' } });
    expect([lost.status, await lost.json()]).toMatchObject([
      404,
      { error: { message: 'Invalid URL (GET /v1/poems)' } },
    ]);
  });
});

describe('the door of the realtime side', () => {
  it('is shut to a missing key with 401, to a wrong one with an error and close 3000', async () => {
    const { connect } = await open({ apiKey: 'sk-right' });
    const bare = connect({ key: '' });
    await bare.until(() => bare.refusedWith !== undefined, 'the refusal');
    expect(bare.refusedWith).toBe(401);
    const wrong = connect({ key: 'sk-wrong' });
    expect(await wrong.event('error')).toMatchObject({ error: { code: 'invalid_api_key' } });
    await wrong.until(() => wrong.closed !== undefined, 'the close');
    expect(wrong.closed).toEqual({ code: 3000, reason: 'invalid_request_error.invalid_api_key' });
    await connect({ key: 'sk-right' }).event('session.created');
  });

  it('is shut to the beta header and to models it does not have', async () => {
    const { connect } = await open();
    const beta = connect({ headers: { 'openai-beta': 'realtime=v1' } });
    expect(await beta.event('error')).toMatchObject({ error: { code: 'beta_api_shape_disabled' } });
    const wrong = connect({ model: 'gpt-fantasy' });
    expect(await wrong.event('error')).toMatchObject({ error: { code: 'model_not_found' } });
    await wrong.until(() => wrong.closed !== undefined, 'the close');
    expect(wrong.closed?.code).toBe(4000);
  });
});

describe('the control plane', () => {
  it('streams what happens, from where a reader wants it', async () => {
    const { sim, client } = await open();
    await setUp(client, {}, { ...PHONE, input: { ...PHONE.input, turn_detection: { type: 'server_vad' } } });
    const abort = new AbortController();
    const response = await fetch(`${sim.controlUrl}/events?since=0`, { signal: abort.signal });
    client.say('What are your opening hours?');
    const kinds = await kindsUntil(response, 'response_done');
    abort.abort();
    expect(kinds).toEqual(['session_opened', 'caller_understood', 'response_started', 'response_done']);
    const last = sim.log.since(0).at(-1);
    expect(sim.log.since(last?.seq ?? 0)).toEqual([]);
  });

  it('shows sessions, takes faults and changes the brain', async () => {
    const { sim, client } = await open();
    await client.event('session.created');
    const post = async (path: string, body: unknown): Promise<number> => {
      const answer = await fetch(`${sim.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
      await answer.arrayBuffer();
      return answer.status;
    };
    const sessions = await fetch(`${sim.controlUrl}/sessions`);
    expect(await sessions.json()).toMatchObject([{ model: 'gpt-realtime-2.1', responding: false }]);
    expect(await post('/faults', { faults: [{ kind: 'close', code: 1011, afterMs: 0 }] })).toBe(200);
    expect(sim.faults.plan).toMatchObject([{ fault: { kind: 'close', code: 1011 }, struck: 0 }]);
    expect(await post('/faults', { faults: [{ kind: 'meteor' }] })).toBe(400);
    expect(await post('/brain', { brain: 'clumsy' })).toBe(200);
    expect(await post('/brain', { brain: 'genius' })).toBe(400);
    expect(await post('/nowhere', {})).toBe(404);
  });
});

describe('a whole call', () => {
  it('books over the wire, heard word for word, and leaves nothing behind', async () => {
    const { sim, client } = await open();
    const input = {
      ...PHONE.input,
      turn_detection: { type: 'server_vad', interrupt_response: false },
      transcription: {},
    };
    await setUp(client, { tools: TOOLS.map((tool) => ({ type: 'function', ...tool })) }, { ...PHONE, input });
    const desk = openDesk({ check_availability: () => EXACT });
    for (const line of [
      "I'd like to book a Botox appointment for tomorrow at 2 PM",
      'Jordan Lee',
      'jordan@example.com',
    ]) {
      let from = client.received.length;
      client.append(Buffer.concat([speakSentence(line, 6), silence(700)]));
      for (let isOver = false; !isOver; ) {
        const done = await client.event('response.done', from);
        from = client.received.indexOf(done) + 1;
        isOver = !answerCalls(client, done, desk);
      }
    }
    expect(client.heard()).toContain("You're booked for Tuesday at 2 PM with Priya Sharma.");
    expect(client.types()).not.toContain('error');
    await client.close();
    await expect.poll(() => sim.sessions()).toEqual([]);
  });

  it('is one of two hundred at once', async () => {
    const { sim, connect, client } = await open({ pace: 10 });
    const callers = [client, ...Array.from({ length: 199 }, () => connect())];
    await Promise.all(callers.map((caller) => setUp(caller)));
    expect(sim.sessions()).toHaveLength(200);
    for (const caller of callers) {
      caller.append(speakSentence('What are your opening hours?', 6));
      caller.send({ type: 'input_audio_buffer.commit' });
      caller.send({ type: 'response.create' });
    }
    await Promise.all(callers.map((caller) => caller.event('response.done')));
    expect(callers.every((caller) => caller.heard().endsWith('?'))).toBe(true);
    await Promise.all(callers.map((caller) => caller.close()));
    await expect.poll(() => sim.sessions()).toEqual([]);
  }, 20_000);
});

describe('the process', () => {
  it('prints its addresses in one JSON line and ends on SIGTERM', async () => {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', main, '--pace', '5'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line]: unknown[] = await once(child.stdout.setEncoding('utf8'), 'data');
    const addresses: unknown = JSON.parse(String(line));
    expect(addresses).toMatchObject({ realtimeUrl: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/v1\/realtime$/) });
    const client = new TestClient(String(at(addresses, 'realtimeUrl')));
    await client.event('session.created');
    child.kill('SIGTERM');
    const [code]: unknown[] = await once(child, 'exit');
    expect(code).toBe(0);
    await client.until(() => client.closed !== undefined, 'the close');
  }, 20_000);
});

/** Answers the calls of a response and asks for the next; false where there were none. */
function answerCalls(client: TestClient, done: object, desk: Desk): boolean {
  const output = at(done, 'response', 'output');
  const calls = (Array.isArray(output) ? output : []).filter((item) => at(item, 'type') === 'function_call');
  for (const call of calls) {
    const answer = desk[String(at(call, 'name'))]?.(parsedObject(String(at(call, 'arguments'))) ?? {});
    const item = { type: 'function_call_output', call_id: at(call, 'call_id'), output: JSON.stringify(answer) };
    client.send({ type: 'conversation.item.create', item });
  }
  if (calls.length > 0) client.send({ type: 'response.create' });
  return calls.length > 0;
}

/** The kinds of records, in order, up to the first of this kind. */
async function kindsUntil(response: Response, last: string): Promise<string[]> {
  const kinds: string[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body ?? []) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    kinds.push(...lines.map((line) => String(parsedObject(line)?.kind)));
    if (kinds.includes(last)) break;
  }
  return kinds;
}
