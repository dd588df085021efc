/** Inputs that are nearly right, made from one seed: the same seed makes the same inputs in the same order. */
import type { Random } from '../support/seed.ts';
import { CALL_SID, frame, mediaMessage, STREAM_SID, startMessage, voiceForm } from './edge.ts';

export function pick<T>(chance: Random, options: readonly [T, ...T[]]): T {
  return options[Math.floor(chance() * options.length)] ?? options[0];
}

const SPICE: readonly [string, ...string[]] = [
  '"',
  '\\',
  '{',
  '}',
  '%',
  '%zz',
  '\u0000',
  '\r\n',
  'é',
  '\ud800',
  '😀',
  '&',
  '=',
  '+',
  '__proto__',
  '<',
  '.',
  ' ',
];
const PATHS: readonly [string, ...string[]] = [
  '/twilio/voice',
  '/twilio/voice/continue',
  '/twilio/status',
  '/twilio/media',
  '/twilio/voice/',
  '/twilio//voice',
  '/%zz',
  '/../../etc/passwd',
  '/',
  '/*',
];

/** Changes a text in one to four places: cut, doubled, or spiced. */
export function mutated(chance: Random, text: string): string {
  let result = text;
  for (let changes = 1 + Math.floor(chance() * 4); changes > 0; changes--) {
    const at = Math.floor(chance() * (result.length + 1));
    const end = at + Math.floor(chance() * 12);
    const kind = chance();
    if (kind < 0.3) result = result.slice(0, at) + result.slice(end);
    else if (kind < 0.5) result = result.slice(0, end) + result.slice(at);
    else result = result.slice(0, at) + pick(chance, SPICE) + result.slice(at);
  }
  return result;
}

export interface WebhookInput {
  readonly method: string;
  readonly path: string;
  readonly contentType: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly signed: boolean;
  /** Sent in place of the fields where it is given. */
  readonly rawBody: string | undefined;
}

export function webhookInput(chance: Random): WebhookInput {
  const fields: Record<string, string> = voiceForm({ CallStatus: pick(chance, ['in-progress', 'completed', '', 'x']) });
  if (chance() < 0.3) fields['DialCallStatus'] = pick(chance, ['completed', 'busy', 'x'.repeat(40)]);
  if (chance() < 0.2) fields['RecordingUrl'] = mutated(chance, 'https://api.example/recording');
  for (const name of Object.keys(fields)) {
    if (chance() < 0.15) fields[name] = mutated(chance, fields[name] ?? '');
    if (chance() < 0.05) delete fields[name];
    if (chance() < 0.05) fields[mutated(chance, name)] = 'x';
  }
  const rawBody = chance() < 0.2 ? mutated(chance, new URLSearchParams(fields).toString()) : undefined;
  return {
    method: chance() < 0.9 ? 'POST' : pick(chance, ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']),
    path: chance() < 0.8 ? pick(chance, [PATHS[0], '/twilio/voice/continue', '/twilio/status']) : pick(chance, PATHS),
    contentType:
      chance() < 0.9 ? 'application/x-www-form-urlencoded' : pick(chance, ['', 'text/plain', 'application/json']),
    fields,
    signed: chance() < 0.7,
    rawBody,
  };
}

/** A request as raw bytes, often not HTTP any more. */
export function rawRequest(chance: Random): string {
  const body = new URLSearchParams(voiceForm()).toString();
  const head = `POST ${pick(chance, PATHS)} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
  return mutated(chance, chance() < 0.5 ? head : head + body) + (chance() < 0.5 ? body : '');
}

/** What a stream's far end might say, from right to nonsense. */
export function streamMessage(chance: Random, token: string): string | Buffer {
  const n = Math.floor(chance() * 100_000);
  const right = pick(chance, [
    mediaMessage(n, frame(n)),
    mediaMessage(n, frame(n), 'MZ-another'),
    startMessage(token),
    '{"event":"connected","protocol":"Call","version":"1.0.0"}',
    JSON.stringify({ event: 'mark', streamSid: STREAM_SID, mark: { name: `m${n}` } }),
    JSON.stringify({ event: 'dtmf', streamSid: STREAM_SID, dtmf: { digit: '5' } }),
    JSON.stringify({ event: 'stop', streamSid: STREAM_SID, stop: { callSid: CALL_SID } }),
  ]);
  const kind = chance();
  if (kind < 0.5) return right;
  if (kind < 0.95) return mutated(chance, right);
  return kind < 0.98 ? Buffer.from(right) : 'x'.repeat(Math.floor(chance() * 20_000));
}
