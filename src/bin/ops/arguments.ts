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

export type OpsOrder = ApiTokenOrder | ClinicOrder;

const OPTIONS = { days: { type: 'string' } } as const;

/** Null where it is no command, or not all of one. */
export function readOpsArguments(args: readonly string[]): OpsOrder | null {
  const given = parsed(args);
  if (!given) return null;
  const [command, ...words] = given.positionals;
  if (command === 'api-token') return apiTokenOrder(words, given.values.days ?? String(API_TOKEN_DAYS));
  return command === 'clinic' && given.values.days === undefined ? clinicOrder(words) : null;
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

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    // An option that there is not.
    return null;
  }
}
