/** What `npm run ops -- …` was asked for. */
import { parseArgs } from 'node:util';
import { API_TOKEN_DAYS, LONGEST_API_TOKEN_DAYS } from '../../http/browser-tokens.ts';

export interface ApiTokenOrder {
  readonly command: 'api-token';
  /** As it was written: an id or a phone number. */
  readonly clinic: string;
  readonly days: number;
}

export type ClinicOrder =
  | { readonly command: 'clinic'; readonly action: 'create'; readonly file: string }
  | { readonly command: 'clinic'; readonly action: 'show'; readonly clinic: string }
  /** Without a clinic: the one that has the file's number. */
  | { readonly command: 'clinic'; readonly action: 'update'; readonly file: string; readonly clinic: string | null }
  /** A file of any number of clinics, or a folder of such files. */
  | { readonly command: 'clinic'; readonly action: 'import'; readonly path: string };

export type CalendarOrder =
  | { readonly command: 'calendar'; readonly action: 'connect'; readonly clinic: string; readonly file: string }
  /** Back to the installation's own credentials. */
  | { readonly command: 'calendar'; readonly action: 'disconnect'; readonly clinic: string };

/** Seals every stored secret under the newest of the encryption keys. */
export interface RotateKeysOrder {
  readonly command: 'rotate-keys';
}

/** Work that was given up: shown, or tried again; of one clinic, as it was written, or of all. */
export interface WorkOrder {
  readonly command: 'dead' | 'requeue';
  readonly clinic: string | null;
}

/** What texting cost, of one clinic, as it was written, or of all. */
export interface SpendingOrder {
  readonly command: 'spending';
  readonly clinic: string | null;
}

export interface RescoreOrder {
  readonly command: 'rescore';
  /** As it was written; null: of all clinics. */
  readonly clinic: string | null;
  /** Conversations that ended before are left out; null: none is. */
  readonly since: Date | null;
  readonly failedOnly: boolean;
}

export type WebhooksOrder =
  /** Without events: of all. */
  | {
      readonly command: 'webhooks';
      readonly action: 'add';
      readonly clinic: string;
      readonly url: string;
      readonly events: readonly string[] | null;
    }
  | { readonly command: 'webhooks'; readonly action: 'list'; readonly clinic: string }
  | { readonly command: 'webhooks'; readonly action: 'remove'; readonly clinic: string; readonly endpoint: string }
  | { readonly command: 'webhooks'; readonly action: 'deliveries'; readonly clinic: string; readonly deadOnly: boolean }
  /** Without a delivery: all that were given up. */
  | {
      readonly command: 'webhooks';
      readonly action: 'redeliver';
      readonly clinic: string;
      readonly delivery: string | null;
    };

/** Who answers a thread of text messages from now on. */
export interface ThreadOrder {
  readonly command: 'thread';
  readonly action: 'take' | 'release';
  /** As it was written. */
  readonly clinic: string;
  /** The customer's, as it was written. */
  readonly phone: string;
}

export interface ReplayOrder {
  readonly command: 'replay';
  /** A conversation's id or a CallSid. */
  readonly call: string;
}

export type OpsOrder =
  | ApiTokenOrder
  | ClinicOrder
  | CalendarOrder
  | RotateKeysOrder
  | WorkOrder
  | RescoreOrder
  | ReplayOrder
  | SpendingOrder
  | ThreadOrder
  | WebhooksOrder;

const OPTIONS = {
  days: { type: 'string' },
  clinic: { type: 'string' },
  since: { type: 'string' },
  failed: { type: 'boolean' },
  events: { type: 'string' },
  dead: { type: 'boolean' },
} as const;

/** Null where it is no command, or not all of one. */
export function readOpsArguments(args: readonly string[]): OpsOrder | null {
  const given = parsed(args);
  if (!given) return null;
  const { values, positionals } = given;
  const [command, ...words] = positionals;
  const hasOnly = (...options: string[]): boolean => Object.keys(values).every((option) => options.includes(option));
  if (command === 'api-token' && hasOnly('days')) return apiTokenOrder(words, values.days ?? String(API_TOKEN_DAYS));
  if (command === 'webhooks' && hasOnly('events', 'dead')) return webhooksOrder(words, values);
  if (command === 'rescore' && hasOnly('clinic', 'since', 'failed')) return rescoreOrder(words, values);
  if (!hasOnly()) return null;
  switch (command) {
    case 'clinic':
      return clinicOrder(words);
    case 'calendar':
      return calendarOrder(words);
    case 'thread':
      return threadOrder(words);
    case 'replay':
      return replayOrder(words);
    case 'rotate-keys':
      return words.length === 0 ? { command } : null;
    case 'dead':
    case 'requeue':
    case 'spending':
      return clinicOrAll(command, words);
    case undefined:
    default:
      return null;
  }
}

function clinicOrAll<Command extends string>(command: Command, [clinic, ...rest]: readonly string[]) {
  return rest.length === 0 ? { command, clinic: clinic ?? null } : null;
}

function replayOrder([call, ...rest]: readonly string[]): ReplayOrder | null {
  return call === undefined || rest.length > 0 ? null : { command: 'replay', call };
}

/** A day begins at midnight UTC. */
function rescoreOrder(
  words: readonly string[],
  { clinic = null, since, failed = false }: { clinic?: string | null; since?: string; failed?: boolean },
): RescoreOrder | null {
  const isMoment = since === undefined || /^\d{4}-\d{2}-\d{2}(T|$)/.test(since);
  const from = since === undefined ? null : new Date(since);
  if (words.length > 0 || !isMoment || (from !== null && Number.isNaN(from.getTime()))) return null;
  return { command: 'rescore', clinic, since: from, failedOnly: failed };
}

function threadOrder([action, clinic, phone, ...rest]: readonly string[]): ThreadOrder | null {
  if ((action !== 'take' && action !== 'release') || clinic === undefined || phone === undefined) return null;
  return rest.length > 0 ? null : { command: 'thread', action, clinic, phone };
}

function apiTokenOrder([clinic, ...rest]: readonly string[], written: string): ApiTokenOrder | null {
  const days = Number(written);
  const isSane = Number.isInteger(days) && days >= 1 && days <= LONGEST_API_TOKEN_DAYS;
  return clinic !== undefined && rest.length === 0 && isSane ? { command: 'api-token', clinic, days } : null;
}

function clinicOrder([action = '', what, ...rest]: readonly string[]): ClinicOrder | null {
  const [clinic = null, ...more] = rest;
  if (what === undefined || more.length > 0) return null;
  if (action === 'update') return { command: 'clinic', action, file: what, clinic };
  if (clinic !== null) return null;
  switch (action) {
    case 'create':
      return { command: 'clinic', action, file: what };
    case 'show':
      return { command: 'clinic', action, clinic: what };
    case 'import':
      return { command: 'clinic', action, path: what };
    default:
      return null;
  }
}

function calendarOrder([action, clinic, file, ...rest]: readonly string[]): CalendarOrder | null {
  if (clinic === undefined || rest.length > 0) return null;
  if (action === 'connect' && file !== undefined) return { command: 'calendar', action, clinic, file };
  return action === 'disconnect' && file === undefined ? { command: 'calendar', action, clinic } : null;
}

interface WebhookOptions {
  readonly events?: string;
  readonly dead?: boolean;
}

function webhooksOrder(
  [action = '', clinic, what, ...rest]: readonly string[],
  { events, dead }: WebhookOptions,
): WebhooksOrder | null {
  const isFor = (...actions: string[]): boolean => actions.includes(action);
  const isMisplaced = (events !== undefined && !isFor('add')) || (dead !== undefined && !isFor('deliveries'));
  if (clinic === undefined || rest.length > 0 || isMisplaced) return null;
  const command = 'webhooks';
  if (action === 'add' && what !== undefined)
    return { command, action, clinic, url: what, events: events?.split(',') ?? null };
  if (action === 'remove' && what !== undefined) return { command, action, clinic, endpoint: what };
  if (action === 'redeliver') return { command, action, clinic, delivery: what ?? null };
  if (what !== undefined) return null;
  if (action === 'list') return { command, action, clinic };
  return action === 'deliveries' ? { command, action, clinic, deadOnly: dead ?? false } : null;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    // An option that there is not.
    return null;
  }
}
