import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpOptions, type HttpServer, openHttp } from '../../src/http/app.ts';
import { HttpError, json, noContent, type Route } from '../../src/http/route.ts';
import { nativeBuilds } from './native-builds.ts';
import { RawConnection } from './raw-connection.ts';
import { type RecordedEvents, recordedEvents } from './recorded-events.ts';

const BODY_LIMIT = 1024;

const get = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, bodyLimitBytes: 0, handle });
const post = (path: string, handle: Route['handle']): Route => ({
  method: 'POST',
  path,
  bodyLimitBytes: BODY_LIMIT,
  handle,
});

describe.each(nativeBuilds().map((build) => [`${build.name} ${build.version}`, build] as const))(
  'the HTTP listener on %s',
  (_name, build) => {
    let server: HttpServer | undefined;
    let events: RecordedEvents;
    const raw: RawConnection[] = [];

    afterEach(async () => {
      for (const connection of raw.splice(0)) connection.destroy();
      await server?.close(0);
      server = undefined;
    });

    async function start(routes: readonly Route[], options: Partial<HttpOptions> = {}): Promise<HttpServer> {
      events = recordedEvents();
      server = await openHttp({
        name: 'test',
        host: '127.0.0.1',
        port: 0,
        portVariable: 'PORT',
        routes,
        sockets: [],
        events,
        overTls: false,
        build,
        ...options,
      });
      return server;
    }

    const url = (path: string): string => `http://127.0.0.1:${server?.port}${path}`;

    function speak(text: string): RawConnection {
      const connection = new RawConnection(server?.port ?? 0);
      raw.push(connection);
      connection.write(text);
      return connection;
    }

    it('answers a route with its status, headers and body, and says who it is about in x-request-id', async () => {
      await start([get('/hello/:name', ({ params }) => json(201, { hello: params['name'] }, { 'x-own': 'yes' }))]);
      const response = await fetch(url('/hello/J%C3%B6rg%2F1'));
      expect(response.status).toBe(201);
      expect(response.headers.get('x-own')).toBe('yes');
      expect(await response.json()).toEqual({ hello: 'Jörg/1' });
      expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('keeps a sane request id and replaces any other', async () => {
      await start([get('/id', ({ id }) => json(200, id))]);
      const page = url('/id');
      const ask = async (id: string): Promise<unknown> =>
        (await fetch(page, { headers: { 'x-request-id': id } })).json();
      expect(await ask('trace-42.A:b_c')).toBe('trace-42.A:b_c');
      expect(await ask('<script>')).not.toBe('<script>');
      expect(await ask('x'.repeat(129))).toHaveLength(36);
    });

    it('gives a route its whole body, query and headers', async () => {
      const asked: unknown[] = [];
      await start([
        post('/echo', async (request) => {
          await new Promise((resolve) => setImmediate(resolve));
          asked.push([request.method, request.path, request.query, request.route, request.header('x-a')]);
          return json(200, request.body.toString());
        }),
      ]);
      const response = await fetch(url('/echo?a=1&b=%20'), { method: 'POST', body: 'grüße', headers: { 'X-A': 'b' } });
      expect(await response.json()).toBe('grüße');
      expect(asked).toEqual([['POST', '/echo', 'a=1&b=%20', '/echo', 'b']]);
    });

    it('joins a body that comes in pieces, and one in chunked encoding', async () => {
      await start([post('/echo', ({ body }) => json(200, body.toString()))]);
      const pieces = speak('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nab');
      await new Promise((resolve) => setTimeout(resolve, 20));
      pieces.write('cdef');
      expect(await pieces.hears('"abcdef"')).toContain('200 OK');
      const chunked = speak(
        'POST /echo HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      );
      expect(await chunked.hears('"abc"')).toContain('200 OK');
    });

    it('takes a POST without a body for one with an empty body', async () => {
      await start([post('/echo', ({ body }) => json(200, body.length))]);
      expect(await (await fetch(url('/echo'), { method: 'POST' })).json()).toBe(0);
      const bare = speak('POST /echo HTTP/1.1\r\nhost: a\r\n\r\n');
      expect(await bare.hears('\r\n\r\n0')).toContain('200 OK');
    });

    it('answers HEAD like GET without the body, on a connection that goes on', async () => {
      await start([get('/page', () => ({ status: 200, body: 'päge' }))]);
      const connection = speak('HEAD /page HTTP/1.1\r\nhost: a\r\n\r\n');
      const head = await connection.hears('\r\n\r\n');
      expect(head.toLowerCase()).toContain('content-length: 5\r\n');
      expect(head).not.toContain('ge\n');
      connection.write('GET /page HTTP/1.1\r\nhost: a\r\n\r\n');
      expect(await connection.hears('p\u00c3\u00a4ge')).toContain('HTTP/1.1 200 OK');
      expect(events.of('http.request').map((event) => event.method)).toEqual(['HEAD', 'GET']);
    });

    it('answers 204 without a body', async () => {
      await start([get('/none', () => noContent())]);
      const response = await fetch(url('/none'));
      expect([response.status, await response.text()]).toEqual([204, '']);
      expect(response.headers.get('content-length')).toBeNull();
    });

    it('answers 404 and 405 in the shape of the contract, and counts unknown paths under one name', async () => {
      await start([post('/only-post', () => noContent()), get('/both', () => noContent()), post('/both', noContent)]);
      const missing = await fetch(url('/nowhere/at/all'));
      expect(missing.status).toBe(404);
      expect(await missing.json()).toEqual({
        detail: 'There is nothing at this path.',
        request_id: missing.headers.get('x-request-id'),
      });
      expect(events.of('http.request').at(-1)).toMatchObject({ route: 'unmatched', status: 404 });
      const wrong = await fetch(url('/both'), { method: 'DELETE' });
      expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD']);
      expect((await fetch(url('/only-post'))).status).toBe(405);
      expect(await speak('TRACE /only-post HTTP/1.1\r\nhost: a\r\n\r\n').hears('\r\n\r\n')).toContain('405 ');
      expect(events.of('http.request').at(-1)).toMatchObject({ route: '/only-post', method: 'OTHER' });
    });

    it('answers 400 to a path that is no percent-encoding', async () => {
      await start([get('/p/:x', ({ params }) => json(200, params))]);
      for (const path of ['/p/%zz', '/p/%', '/p/%ff', '/elsewhere/%e0%a4']) {
        expect(await speak(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`).hears('\r\n\r\n')).toContain('400 Bad Request');
      }
    });

    it('tells the sender what an HttpError says', async () => {
      const conflict = new HttpError(409, 'That slot is gone; ask again.', { 'retry-after': '1' });
      await start([get('/conflict', () => Promise.reject(conflict))]);
      const response = await fetch(url('/conflict'));
      expect([response.status, response.headers.get('retry-after')]).toEqual([409, '1']);
      expect(await response.json()).toMatchObject({ detail: 'That slot is gone; ask again.' });
      expect(events.of('http.failed')).toEqual([]);
    });

    it.each(['thrown', 'rejected'] as const)(
      'hides an unexpected error (%s) behind 500 and reports it once',
      async (how) => {
        const bug = new Error('secret: hunter2');
        const handle = (): Promise<never> => {
          if (how === 'thrown') throw bug;
          return Promise.reject(bug);
        };
        await start([get('/bug', handle)]);
        const response = await fetch(url('/bug'));
        const requestId = response.headers.get('x-request-id');
        expect(response.status).toBe(500);
        expect(await response.json()).toEqual({ detail: 'Internal server error', request_id: requestId });
        expect(events.of('http.failed')).toEqual([
          { requestId, route: '/bug', path: '/bug', method: 'GET', error: bug },
        ]);
        expect(events.of('http.request')).toMatchObject([{ route: '/bug', status: 500, aborted: false }]);
      },
    );

    it('answers 413 to a body above the limit, declared or not, and reads no further', async () => {
      let handled = 0;
      await start([post('/small', () => json(200, ++handled))]);
      const big = 'x'.repeat(BODY_LIMIT + 1);
      expect((await fetch(url('/small'), { method: 'POST', body: 'x'.repeat(BODY_LIMIT) })).status).toBe(200);
      const declared = speak(`POST /small HTTP/1.1\r\nhost: a\r\ncontent-length: ${big.length}\r\n\r\n`);
      expect(await declared.whole()).toContain('413 Payload Too Large');
      const chunk = `${big.length.toString(16)}\r\n${big}\r\n`;
      const chunked = speak(`POST /small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`);
      expect(await chunked.whole()).toContain('413 Payload Too Large');
      expect(handled).toBe(1);
    });

    it('gives up a body that drips in, with 408, while others are served', async () => {
      await start([post('/slow', noContent), get('/quick', noContent)], { limits: { bodyMs: 150 } });
      const dripping = speak('POST /slow HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\n');
      const drip = setInterval(() => dripping.write('x'), 20);
      const quick = await fetch(url('/quick'));
      expect(quick.status).toBe(204);
      const heard = await dripping.whole();
      clearInterval(drip);
      expect(heard).toContain('408 Request Timeout');
      expect(server?.requestsInFlight).toBe(0);
    });

    it('gives up a handler that never answers, and drops what it says later', async () => {
      let answer: (() => void) | undefined;
      const handle = () => new Promise<never>((_resolve, reject) => (answer = () => reject(new Error('too late'))));
      await start([get('/hangs', handle)], { limits: { handlerMs: 100 } });
      const response = await fetch(url('/hangs'));
      expect(response.status).toBe(500);
      expect(events.of('http.failed')[0]?.error).toMatchObject({ name: 'HandlerTimeout' });
      answer?.();
      await events.seen('http.failed', ({ error }) => error instanceof Error && error.message === 'too late');
      expect(events.of('http.request')).toHaveLength(1);
    });

    it('survives senders who leave: in the body, and before the answer', async () => {
      let answer: (() => void) | undefined;
      await start([
        post('/body', noContent),
        get('/wait', () => new Promise((resolve) => (answer = () => resolve(noContent())))),
      ]);
      const inBody = speak('POST /body HTTP/1.1\r\nhost: a\r\ncontent-length: 500\r\n\r\nabc');
      await expect.poll(() => server?.requestsInFlight).toBe(1);
      inBody.destroy();
      await events.seen('http.request', (event) => event.route === '/body' && event.aborted);
      const waiting = speak('GET /wait HTTP/1.1\r\nhost: a\r\n\r\n');
      await expect.poll(() => answer !== undefined).toBe(true);
      waiting.destroy();
      await events.seen('http.request', (event) => event.route === '/wait' && event.aborted && event.status === 499);
      answer?.();
      await new Promise((resolve) => setImmediate(resolve));
      expect(server?.requestsInFlight).toBe(0);
      expect(events.of('http.request')).toHaveLength(2);
      expect(events.of('http.failed')).toEqual([]);
    });

    it('sends security headers, which a route may replace, and strict transport security over TLS only', async () => {
      const routes = [get('/plain', noContent), get('/own', () => json(200, 1, { 'cache-control': 'max-age=60' }))];
      await start(routes);
      const plain = await fetch(url('/plain'));
      expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
      expect(plain.headers.get('cache-control')).toBe('no-store');
      expect(plain.headers.get('strict-transport-security')).toBeNull();
      expect((await fetch(url('/own'))).headers.get('cache-control')).toBe('max-age=60');
      await server?.close(0);
      await start(routes, { overTls: true });
      expect((await fetch(url('/plain'))).headers.get('strict-transport-security')).toContain('max-age');
    });

    it('never lets a header value break out of its line', async () => {
      await start([get('/split', () => json(200, 1, { 'x-a': 'b\r\nset-cookie: evil=1', 'x-b': 'fine' }))]);
      const response = await fetch(url('/split'));
      expect(response.headers.get('set-cookie')).toBeNull();
      expect(response.headers.get('x-b')).toBe('fine');
    });

    it('stops listening at once and leaves live requests alone until they are answered', async () => {
      let answer: (() => void) | undefined;
      await start([get('/wait', () => new Promise((resolve) => (answer = () => resolve(json(200, 'done')))))]);
      const waiting = speak('GET /wait HTTP/1.1\r\nhost: a\r\n\r\n');
      await expect.poll(() => answer !== undefined).toBe(true);
      server?.stopListening();
      server?.stopListening();
      await expect(fetch(url('/wait'))).rejects.toThrow('fetch failed');
      const closed = server?.close(5_000);
      answer?.();
      const heard = await waiting.whole();
      expect(heard).toContain('"done"');
      expect(heard.toLowerCase()).toContain('connection: close');
      await closed;
    });

    it('closes within its grace even where a request is never answered', async () => {
      await start([get('/hangs', () => new Promise(() => {}))]);
      const waiting = speak('GET /hangs HTTP/1.1\r\nhost: a\r\n\r\n');
      await expect.poll(() => server?.requestsInFlight).toBe(1);
      await server?.close(50);
      await waiting.whole();
      await events.seen('http.request', (event) => event.aborted);
    });

    it('says which variable to change where its port is taken', async () => {
      const other = createServer();
      const port = await new Promise<number>((resolve) =>
        other.listen(0, '127.0.0.1', () => {
          const address = other.address();
          resolve(typeof address === 'object' && address ? address.port : 0);
        }),
      );
      await expect(start([], { port, portVariable: 'OPS_PORT', name: 'ops' })).rejects.toThrow(
        /OPS_PORT: the ops listener cannot have 127\.0\.0\.1:\d+ .*set OPS_PORT/,
      );
      await new Promise((resolve) => other.close(resolve));
    });

    it('refuses to share its port with another listener of the same kind', async () => {
      const { port } = await start([]);
      const second = openHttp({
        name: 'second',
        host: '127.0.0.1',
        port,
        portVariable: 'PORT',
        routes: [],
        sockets: [],
        events,
        overTls: false,
        build,
      });
      await expect(second).rejects.toThrow(/PORT/);
    });

    it('refuses two routes for the same method and path', async () => {
      await expect(start([get('/a', noContent), get('/a', noContent)])).rejects.toThrow('two routes for GET /a');
    });
  },
);
