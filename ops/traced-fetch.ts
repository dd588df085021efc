/** Requests to somebody's API, as spans: who was asked, for what kind of thing, and with what status they answered. */
import { type Tracing, traced } from '../src/domain/tracing.ts';

/** A part of a path that is a word of the API's; all else is an id, and may be somebody's address. */
const WORD = /^(?:[A-Za-z]{1,12}|v\d)$/;

/** `fetch`, told of in the trace under way. */
export function tracedFetch(tracing: Tracing, service: string): typeof fetch {
  return (input, init) => {
    const asked = input instanceof Request ? input : { method: 'GET', url: input };
    const method = (init?.method ?? asked.method).toUpperCase();
    const template = templateOf(new URL(asked.url));
    const facts = { 'http.request.method': method, 'url.template': template };
    return traced(tracing, { name: `${service} ${method} ${template}`, role: 'asking', facts }, async (span) => {
      const response = await fetch(input, init);
      span.note({ 'http.response.status_code': response.status });
      return response;
    });
  };
}

function templateOf({ pathname }: URL): string {
  const parts = pathname.split('/').map((part) => (part === '' || WORD.test(part) ? part : '{}'));
  return parts.join('/');
}
