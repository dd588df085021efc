/**
 * The only importer of uWebSockets.js. It picks a *native* build: 20.56 where the C library is new enough, else the
 * older 20.30, which runs from glibc 2.27 on. The binaries are loaded by their own path, because the older package's
 * entry falls back to plain JavaScript without a word, and that one must never answer a phone.
 */

import type { TemplatedApp, us_listen_socket, us_socket } from 'uWebSockets.js';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type { HttpRequest as UwsRequest, HttpResponse as UwsResponse, WebSocket as UwsSocket } from 'uWebSockets.js';
export type UwsListenSocket = us_listen_socket;

/** An app as the native code really is: `listen` takes a host together with options, which the published types leave out. */
export interface UwsApp extends Omit<TemplatedApp, 'listen'> {
  listen(host: string, port: number, options: number, cb: (socket: UwsListenSocket | false) => void): UwsApp;
}

/** The part of the native module that is used. */
interface UwsNative {
  App(): UwsApp;
  us_listen_socket_close(socket: UwsListenSocket): void;
  us_socket_local_port(socket: us_socket): number;
  /** Refuse a port that another process listens on; without it the kernel would share the port between the two. */
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
  readonly DISABLED: number;
}

export type UwsBuildName = 'uWebSockets.js' | 'uws-legacy';

export interface UwsBuild {
  readonly name: UwsBuildName;
  /** Version of the npm package that carries the binary. */
  readonly version: string;
  readonly native: UwsNative;
}

interface Candidate {
  readonly name: UwsBuildName;
  /** From the package's main file to its root. */
  readonly rootFromMain: string;
  readonly binariesFolder: string;
}

const CANDIDATES: readonly Candidate[] = [
  { name: 'uWebSockets.js', rootFromMain: '.', binariesFolder: '.' },
  { name: 'uws-legacy', rootFromMain: '..', binariesFolder: 'binaries' },
];

const require = createRequire(import.meta.url);

/**
 * The first native build that loads, in order of preference; the same object on each call.
 * Throws one error that tells why each was refused and what to do, where none loads.
 */
export function loadUws(names: readonly UwsBuildName[] = CANDIDATES.map(({ name }) => name)): UwsBuild {
  const refusals: string[] = [];
  for (const candidate of CANDIDATES) {
    if (!names.includes(candidate.name)) continue;
    try {
      return loadBuild(candidate);
    } catch (error) {
      refusals.push(`${candidate.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(
    `no native build of uWebSockets.js runs here (${process.platform} ${process.arch}, Node ${process.version}). ` +
      `Either use a system with glibc 2.38 or newer (Debian 13, Ubuntu 24.04), or run Node 20. ${refusals.join('; ')}`,
  );
}

const loaded = new Map<UwsBuildName, UwsBuild>();

function loadBuild({ name, rootFromMain, binariesFolder }: Candidate): UwsBuild {
  const known = loaded.get(name);
  if (known) return known;
  const root = join(dirname(require.resolve(name)), rootFromMain);
  const binary = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  const native: UwsNative = require(join(root, binariesFolder, binary));
  const build: UwsBuild = { name, version: versionIn(root), native };
  loaded.set(name, build);
  return build;
}

function versionIn(root: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
