import { describe, expect, it } from 'vitest';
import { loadUws } from '../../src/http/uws.ts';

describe('the loader of the native server', () => {
  it('picks a native build and names it with its version', () => {
    const build = loadUws();
    expect(['uWebSockets.js', 'uws-legacy']).toContain(build.name);
    expect(build.version).toMatch(/^20\.\d+\.\d+/);
    expect(loadUws()).toBe(build);
  });

  it('says how to get one where none loads', () => {
    expect(() => loadUws([])).toThrow(/glibc 2\.38 or newer .*, or run Node 20/);
  });
});
