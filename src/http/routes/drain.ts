/** `POST /drain`: this node should end its work and take no more; on the private port only. */
import { json, type Route } from '../route.ts';

const BODY_BYTES = 1024;

/** `drain` begins the drain and returns; asked again it changes nothing. */
export function drain(drain: () => void): Route {
  return {
    method: 'POST',
    path: '/drain',
    bodyLimitBytes: BODY_BYTES,
    handle() {
      drain();
      return json(202, { status: 'draining' });
    },
  };
}
