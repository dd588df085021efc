/** Routes by pattern, so that a path that exists answers 405 to a method it does not take. */
import type { Route } from './route.ts';

export interface MountedPath {
  /** The pattern as logs and metrics name it. */
  readonly pattern: string;
  readonly paramNames: readonly string[];
  readonly routes: ReadonlyMap<string, Route>;
  /** For the `allow` header. */
  readonly allowed: string;
}

/** What is not found anywhere; a bounded name for logs and metrics. */
export const UNMATCHED: MountedPath = { pattern: 'unmatched', paramNames: [], routes: new Map(), allowed: '' };

/** Throws where two routes claim the same method and pattern. */
export function mountPaths(routes: readonly Route[]): readonly MountedPath[] {
  const byPattern = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = byPattern.get(route.path) ?? new Map<string, Route>();
    if (methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
    methods.set(route.method, route);
    byPattern.set(route.path, methods);
  }
  return [...byPattern].map(([pattern, methods]) => {
    const get = methods.get('GET');
    if (get) methods.set('HEAD', get);
    return { pattern, paramNames: paramNamesOf(pattern), routes: methods, allowed: [...methods.keys()].join(', ') };
  });
}

/** In the order of the pattern, as the native server numbers them. */
export function paramNamesOf(pattern: string): readonly string[] {
  return [...pattern.matchAll(/\/:([^/]+)/g)].map(([, name = '']) => name);
}
