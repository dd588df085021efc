/** The client of the Responses API against the simulator, and against servers that answer nonsense. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { AvaEventName } from '../../src/domain/events.ts';
import { ModelFailure } from '../../src/domain/model-failure.ts';
import { type AskModel, responsesApi, type TextRequest } from '../../src/openai/responses.ts';
import { textingModel } from '../../src/openai/texting.ts';
import type { FaultPlan } from '../sim/openai/faults.ts';
import { type OpenAiSim, startOpenAiSim } from '../sim/openai/server.ts';

const KEY = 'sk-right-key';
const ABOUT = { clinicId: 'a clinic', conversationId: 'a conversation' };
const QUESTION: TextRequest = {
  model: 'gpt-5.4-nano',
  input: 'Thank you, that was wonderful.',
  text: {
    format: {
      type: 'json_schema',
      name: 'mood',
      strict: true,
      schema: {
        type: 'object',
        properties: { mood: { type: 'string', enum: ['good', 'bad'] } },
        required: ['mood'],
        additionalProperties: false,
      },
    },
  },
};

const told: { name: AvaEventName; event: object }[] = [];
const events = { emit: (name: AvaEventName, event: object) => void told.push({ name, event }) };
let sim: OpenAiSim | undefined;
let server: Server | undefined;
afterEach(async () => {
  told.length = 0;
  await sim?.stop();
  sim = undefined;
  server?.closeAllConnections();
  await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
  server = undefined;
});

type Faults = NonNullable<FaultPlan['faults']>;

async function simulated(
  faults: Faults = [],
  settings: { apiKey?: string; timeoutMs?: number } = {},
): Promise<AskModel> {
  sim = await startOpenAiSim({ apiKey: KEY, pace: 100, faults: { faults } });
  return responsesApi({ baseUrl: sim.url, apiKey: KEY, events, ...settings });
}

async function answeredBy(listener: RequestListener, timeoutMs = 5_000): Promise<AskModel> {
  const opened = createServer(listener);
  server = opened;
  await new Promise<void>((listening) => opened.listen(0, '127.0.0.1', listening));
  const address = opened.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return responsesApi({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: KEY, events, timeoutMs });
}

const never = new AbortController().signal;
const failureOf = (ask: AskModel, question = QUESTION, signal = never): Promise<unknown> =>
  ask(question, ABOUT, signal).then(
    () => 'answered',
    (error: unknown) => error,
  );

it('answers with the text and tells what it cost', async () => {
  const ask = await simulated();
  const answer = await ask(QUESTION, ABOUT, never);
  expect(answer).toMatchObject({ text: '{"mood":"good"}', usage: { textInCached: 0, audioIn: 0, audioOut: 0 } });
  expect(answer.usage?.textIn).toBeGreaterThan(0);
  expect(answer.usage?.textOut).toBeGreaterThan(0);
  expect(told).toEqual([{ name: 'model.usage', event: { ...ABOUT, usage: answer.usage, model: 'gpt-5.4-nano' } }]);
});

it('asks by what it is given to ask by', async () => {
  sim = await startOpenAiSim({ apiKey: KEY, pace: 100 });
  const asked: string[] = [];
  const spy: typeof fetch = (input, init) => {
    const { method, url } = new Request(input, { method: init?.method ?? 'GET' });
    asked.push(`${method} ${new URL(url).pathname}`);
    return fetch(input, init);
  };
  await responsesApi({ baseUrl: sim.url, apiKey: KEY, events, fetch: spy })(QUESTION, ABOUT, never);
  expect(asked).toEqual(['POST /v1/responses']);
});

it('answers with the tools that are to be run, and is told what they answered', async () => {
  const ask = textingModel(await simulated(), 'gpt-5.4-mini');
  const properties = { service: { type: 'string' }, when: { type: 'string' } };
  const check = { name: 'check_availability', description: 'Free times.', parameters: { type: 'object', properties } };
  const items = [{ kind: 'customer', text: "I'd like to book Botox tomorrow at 2 PM" } as const];
  const brief = { instructions: 'You are a receptionist.', tools: [check], items };
  const { text, calls, usage } = await ask(brief, ABOUT, never);
  const [call] = calls;
  expect([text, calls.length, call?.name]).toEqual(['', 1, 'check_availability']);
  expect(usage.costUsd).toBeGreaterThan(0);
  const output = JSON.stringify({ success: true, slots: [], fully_booked: true });
  const done = [{ kind: 'call', ...(call ?? { callId: '', name: '', argumentsText: '' }) } as const];
  const answers = [{ kind: 'output', callId: call?.callId ?? '', output } as const];
  const told = await ask({ ...brief, items: [...items, ...done, ...answers] }, ABOUT, never);
  expect(told.text).toContain("we're fully booked tomorrow");
  expect(told.calls).toEqual([]);
});

describe('a request that comes to nothing', () => {
  it.each([
    ['a rate limit', { kind: 'text_error', status: 429 }, 'rate_limit', 'http_429', false],
    [
      'a quota that is used up',
      { kind: 'text_error', status: 429, code: 'insufficient_quota' },
      'fatal',
      'insufficient_quota',
      true,
    ],
    [
      'a closed account',
      { kind: 'text_error', status: 403, code: 'account_deactivated' },
      'fatal',
      'account_deactivated',
      true,
    ],
    ['a fault of the server', { kind: 'text_error', status: 500 }, 'connect', 'http_500', false],
    [
      'a server that is overloaded',
      { kind: 'text_error', status: 503, code: 'server_error' },
      'connect',
      'server_error',
      false,
    ],
    ['an answer cut short', { kind: 'text_incomplete' }, 'response_failed', 'max_output_tokens', false],
    ['a filter', { kind: 'text_incomplete', reason: 'content_filter' }, 'response_failed', 'content_filter', true],
    ['a model that would not', { kind: 'text_refusal' }, 'response_failed', 'refusal', true],
  ] as const)('names %s, and knows whether it helps to ask again', async (_, fault, kind, code, isFinal) => {
    const ask = await simulated([fault]);
    expect(await failureOf(ask)).toMatchObject({ name: 'ModelFailure', kind, code, isFinal });
    expect(told.filter(({ name }) => name === 'model.error')).toEqual([
      { name: 'model.error', event: { ...ABOUT, kind, code } },
    ]);
    // Once: whoever asks decides on a next time.
    expect(sim?.log.since(0).filter(({ record }) => record.kind === 'text_request')).toHaveLength(1);
  });

  it('counts what was billed though nothing came of it', async () => {
    await failureOf(await simulated([{ kind: 'text_incomplete' }]));
    expect(told.map(({ name }) => name)).toEqual(['model.usage', 'model.error']);
  });

  it('knows how long the service wants to be left alone', async () => {
    const ask = await simulated([{ kind: 'text_error', status: 429, retryAfterS: 7 }]);
    expect(await failureOf(ask)).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('is over after its time, though nothing was answered', async () => {
    const ask = await simulated([{ kind: 'text_hang' }], { timeoutMs: 50 });
    expect(await failureOf(ask)).toMatchObject({ kind: 'timeout', code: 'timeout', isFinal: false });
  });

  it('is over after its time, though half of it was answered', async () => {
    const ask = await answeredBy((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
    }, 100);
    expect(await failureOf(ask)).toMatchObject({ kind: 'timeout', isFinal: false });
  });

  it('is cut by whoever asked, who need not be told', async () => {
    const ask = await simulated([{ kind: 'text_hang' }]);
    const cut = new AbortController();
    const failing = failureOf(ask, QUESTION, cut.signal);
    await expect.poll(() => sim?.log.since(0).some(({ record }) => record.kind === 'text_request')).toBe(true);
    cut.abort();
    expect(await failing).toBeInstanceOf(ModelFailure);
    expect(told).toEqual([]);
  });

  it('finds a wrong key, a model that there is not and a schema that is not strict final', async () => {
    const wrongKey = await simulated([], { apiKey: 'sk-other' });
    expect(await failureOf(wrongKey)).toMatchObject({ kind: 'fatal', code: 'invalid_api_key', isFinal: true });
    await sim?.stop();
    const ask = await simulated();
    expect(await failureOf(ask, { ...QUESTION, model: 'gpt-fantasy' })).toMatchObject({
      kind: 'fatal',
      code: 'model_not_found',
      isFinal: true,
    });
    const loose = { type: 'json_schema', name: 'mood', strict: true, schema: { type: 'object' } } as const;
    expect(await failureOf(ask, { ...QUESTION, text: { format: loose } })).toMatchObject({
      kind: 'protocol',
      code: 'invalid_json_schema',
      isFinal: true,
    });
  });

  it('finds nobody at home', async () => {
    const ask = responsesApi({ baseUrl: 'http://127.0.0.1:1/v1', apiKey: KEY, events });
    expect(await failureOf(ask)).toMatchObject({ kind: 'connect', code: 'connect', isFinal: false });
  });

  it.each([
    ['a page', 'text/html', '<h1>It works</h1>'],
    ['half of JSON', 'application/json', '{"status":"completed","outp'],
    ['something else', 'application/json', '{"status":"completed","output":"hello"}'],
    ['null', 'application/json', 'null'],
  ])('takes %s for no answer', async (_, type, body) => {
    const ask = await answeredBy((__, response) => response.writeHead(200, { 'content-type': type }).end(body));
    expect(await failureOf(ask)).toMatchObject({ kind: 'protocol', code: 'unreadable', isFinal: false });
  });

  it('shows no more of a strange error code than its status', async () => {
    const error = { code: 'Jordan Lee +15550100142', message: 'no' };
    const ask = await answeredBy((_, response) =>
      response.writeHead(418, { 'content-type': 'application/json' }).end(JSON.stringify({ error })),
    );
    expect(await failureOf(ask)).toMatchObject({ code: 'http_418', isFinal: true });
  });
});
