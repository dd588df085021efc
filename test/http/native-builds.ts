import { loadUws, type UwsBuild, type UwsBuildName } from '../../src/http/uws.ts';

/** Every native build that this machine can load: what is promised must hold on each. */
export function nativeBuilds(): readonly UwsBuild[] {
  const names: UwsBuildName[] = ['uWebSockets.js', 'uws-legacy'];
  const builds = names.flatMap((name) => {
    try {
      return [loadUws([name])];
    } catch {
      return [];
    }
  });
  if (builds.length === 0) throw new Error('no native build loads here');
  return builds;
}
