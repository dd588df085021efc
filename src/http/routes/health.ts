/** `GET /health`, `/health/live`, `/health/ready`: is it alive, and should it be sent work? */
import type { HealthPort } from '../front-desk.ts';
import { json, type Reply, type Route } from '../route.ts';

export function healthLive(health: HealthPort): readonly Route[] {
  const handle = (): Reply => (health.live() ? json(200, { status: 'ok' }) : json(503, { status: 'unavailable' }));
  return ['/health', '/health/live'].map((path) => ({ method: 'GET', path, bodyLimitBytes: 0, handle }));
}

/** `?routing=1` asks no dependency: it must answer at once while a database hangs, since this node still takes calls. */
export function healthReady(health: HealthPort): Route {
  return {
    method: 'GET',
    path: '/health/ready',
    bodyLimitBytes: 0,
    async handle({ query }) {
      if (new URLSearchParams(query).get('routing') === '1') {
        return health.routable() ? json(200, { status: 'ok' }) : json(503, { status: 'unavailable' });
      }
      const readiness = await health.ready();
      return json(readiness.status === 'ok' || readiness.status === 'degraded' ? 200 : 503, readiness);
    },
  };
}
