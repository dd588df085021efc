import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { createEvents, type EventBus } from '../../ops/events.ts';
import { LINES } from '../../ops/log/lines.ts';
import { type Log, type LogOptions, openLog } from '../../ops/log.ts';

const anyLine = z.record(z.string(), z.unknown());

interface Written {
  readonly events: EventBus;
  readonly log: Log;
  readonly text: () => string;
  readonly lines: () => Record<string, unknown>[];
}

async function opened(options: Partial<LogOptions> = {}): Promise<Written> {
  const events = createEvents();
  const written: string[] = [];
  const destination = { write: (line: string) => written.push(line) };
  const log = await openLog({
    events,
    level: 'info',
    nodeId: 'n1',
    pii: false,
    pretty: false,
    destination,
    ...options,
  });
  onTestFinished(() => log.close());
  const text = (): string => written.join('');
  const lines = (): Record<string, unknown>[] => written.map((line) => anyLine.parse(JSON.parse(line)));
  return { events, log, text, lines };
}

const place = { callSid: 'CA1', conversationId: 'c1', clinicId: 'radiance' };

/** The line of a tool that broke with this error. */
async function told(error: unknown): Promise<Record<string, unknown>> {
  const { events, lines } = await opened();
  events.emit('tool.broke', { ...place, tool: 'check_availability', code: 'calendar_unavailable', error });
  return lines()[0] ?? {};
}

describe('a line', () => {
  test('tells time, level, part, fact, ids and this node', async () => {
    const { events, lines } = await opened();
    events.emit('tool.finished', { ...place, tool: 'book_appointment', result: 'success', ms: 12.34567 });
    expect(lines()).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        node: 'n1',
        logger: 'tool',
        event: 'tool.finished',
        ...place,
        tool: 'book_appointment',
        result: 'success',
        ms: 12.35,
        msg: 'tool finished',
      },
    ]);
  });

  test('hides what callers say unless told otherwise', async () => {
    const turn = { ...place, n: 1, pii: { text: 'I am Jane Doe' } };
    const hidden = await opened();
    hidden.events.emit('turn.caller', turn);
    expect(hidden.lines()[0]).toMatchObject({ n: 1, pii: { text: '[redacted]' } });
    const shown = await opened({ pii: true });
    shown.events.emit('turn.caller', turn);
    expect(shown.lines()[0]).toMatchObject({ pii: { text: 'I am Jane Doe' } });
  });

  test('of a probe is for debugging, of a server error a warning', async () => {
    const { events, lines } = await opened();
    const request = { requestId: 'r', method: 'GET', status: 200, ms: 1, aborted: false };
    events.emit('http.request', { ...request, route: '/health/ready' });
    events.emit('http.request', { ...request, route: '/twilio/voice' });
    events.emit('http.request', { ...request, route: '/twilio/voice', status: 500 });
    expect(lines().map(({ level }) => level)).toEqual(['info', 'warn']);
  });

  test('has a message that never varies, whatever the fact', () => {
    for (const { message } of Object.values(LINES)) expect(message).toMatch(/^[a-z][a-z ,;']+$/);
  });
});

describe('an error', () => {
  test('comes with type, code, place and the whole stack', async () => {
    const cause = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const line = await told(new TypeError('calendar is away', { cause }));
    expect(line).toMatchObject({
      level: 'error',
      callSid: 'CA1',
      tool: 'check_availability',
      code: 'calendar_unavailable',
      place: expect.stringMatching(/test\/ops\/log\.test\.ts:\d+\)?$/),
      error: {
        type: 'TypeError',
        message: 'calendar is away',
        stack: expect.stringMatching(/^TypeError: calendar is away\n\s+at .*log\.test\.ts:\d+:\d+/),
        cause: { type: 'Error', code: 'ECONNREFUSED' },
      },
    });
  });

  test('comes from our own code, not from the package in the same bundle that threw it', async () => {
    const error = new Error('connect refused');
    const project = fileURLToPath(new URL('../..', import.meta.url));
    error.stack = [
      `Error: ${error.message}`,
      `    at createSocket (file://${project}dist/ava.js:31530:29)`,
      `    at cachedError (${project}node_modules/postgres/src/query.js:170:23)`,
      `    at Object.connect (${project}db/postgres-connection.ts:78:27)`,
    ].join('\n');
    expect(await told(error)).toMatchObject({ place: 'Object.connect (db/postgres-connection.ts:78)' });
  });

  test('of Postgres carries neither rows nor parameters nor the value it stumbled on', async () => {
    const error: unknown = Object.assign(new postgres.PostgresError('invalid input syntax for type uuid: "Jane Doe"'), {
      code: '23505',
      detail: 'Key (phone)=(+15551234567) already exists.',
      constraint_name: 'customers_phone_key',
      query: 'insert into customers values ($1)',
      parameters: ['Jane Doe'],
    });
    const line = await told(error);
    expect(line.error).toMatchObject({ type: 'PostgresError', code: '23505', constraint: 'customers_phone_key' });
    expect(JSON.stringify(line)).not.toMatch(/Jane|555|insert into/);
  });

  test.each([
    ['zod', () => z.strictObject({ phone: z.enum(['x']) }).parse({ phone: 'Jane Doe', 'Jane Doe 555': 1 })],
    ['zod, in a record', () => z.record(z.string(), z.number()).parse({ 'Jane Doe': '555' })],
    ['JSON.parse', () => JSON.parse('{"name":Jane Doe 5551234567}')],
    ['decoding', () => decodeURIComponent('Jane%Doe')],
  ])('of %s carries nothing of its input', async (_, provoke) => {
    let thrown: unknown;
    try {
      provoke();
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    const line = await told(thrown);
    expect(JSON.stringify(line)).not.toMatch(/Jane|Doe|555/);
    expect(line.error).toHaveProperty('stack', expect.stringMatching(/\n\s+at /));
  });

  test('loses phone numbers, addresses and credentials wherever they stand', async () => {
    const message =
      'no route to +1 555 123 4567, 5551234567, jane@doe.example at redis://:hunter2@host with Bearer abc.def and sk-abcdefghijk';
    const line = await told(new Error(message));
    expect(JSON.stringify(line)).not.toMatch(/555|jane|hunter2|abc\.def|abcdefghijk/);
    expect(line.error).toHaveProperty('message', expect.stringContaining('no route to [number], [number], [email]'));
  });

  test('has a stack of frames only, though its message looks like frames', async () => {
    const line = await told(new Error('said\n    at Jane Doe (secret.ts:1:1)'));
    const { stack } = z.object({ stack: z.string() }).parse(line.error);
    expect(stack.split('\n').filter((frame) => frame.includes('secret.ts'))).toHaveLength(1);
  });

  test.each([['a string'], [null], [undefined], [{ phone: 'Jane' }], [Object.create(null)]])(
    'that is none, as %j, is told of all the same',
    async (thrown) => {
      const line = await told(thrown);
      expect(line.error).toMatchObject({ message: 'not an Error was thrown' });
      expect(JSON.stringify(line)).not.toMatch(/a string|Jane/);
    },
  );
});

describe('the level', () => {
  test('keeps lower lines out, and SIGUSR2 toggles debug', async () => {
    const { events, log, lines } = await opened({ level: 'warn' });
    const names = (): unknown[] => lines().map(({ event }) => event);
    events.emit('tool.started', { tool: 'end_call' });
    expect(names()).toEqual([]);

    process.kill(process.pid, 'SIGUSR2');
    await vi.waitFor(() => expect(log.level).toBe('debug'), { timeout: 5000 });
    events.emit('tool.started', { tool: 'end_call' });
    log.toggleDebug();
    events.emit('tool.started', { tool: 'end_call' });

    expect(log.level).toBe('warn');
    expect(names()).toEqual(['process.log_level', 'tool.started']);
  });

  test('of a log opened for debugging toggles to info and back', async () => {
    const { log } = await opened({ level: 'debug' });
    log.toggleDebug();
    expect(log.level).toBe('info');
    log.toggleDebug();
    expect(log.level).toBe('debug');
  });
});

test('a closed log hears no more facts and no more signals', async () => {
  const signals = process.listenerCount('SIGUSR2');
  const { events, log, text } = await opened();
  await log.close();
  events.emit('call.started', { ...place, channel: 'voice' });
  expect(text()).toBe('');
  expect(process.listenerCount('SIGUSR2')).toBe(signals);
});
