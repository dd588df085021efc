/** `GET /metrics`, for Prometheus; on the private port only. */
import type { MetricsPage } from '../front-desk.ts';
import type { Route } from '../route.ts';

export function metrics(page: MetricsPage): Route {
  return {
    method: 'GET',
    path: '/metrics',
    bodyLimitBytes: 0,
    async handle() {
      const { contentType, text } = await page();
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    },
  };
}
