/** What `npm run ops -- …` was asked for. */
import { parseArgs } from 'node:util';
import { API_TOKEN_DAYS, LONGEST_API_TOKEN_DAYS } from '../http/browser-tokens.ts';

export interface ApiTokenOrder {
  /** As it was written: an id or a phone number. */
  readonly clinic: string;
  readonly days: number;
}

const OPTIONS = { days: { type: 'string', default: String(API_TOKEN_DAYS) } } as const;

/** Null where it is no command, or not all of one. */
export function readOpsArguments(args: readonly string[]): ApiTokenOrder | null {
  const given = parsed(args);
  if (!given) return null;
  const [command, clinic, ...rest] = given.positionals;
  const days = Number(given.values.days);
  const isSane = Number.isInteger(days) && days >= 1 && days <= LONGEST_API_TOKEN_DAYS;
  return command === 'api-token' && clinic !== undefined && rest.length === 0 && isSane ? { clinic, days } : null;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    // An option that there is not.
    return null;
  }
}
