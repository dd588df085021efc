/** What the service refuses, in its own words: types, codes and messages as clients meet them in the field. */
import type { z } from 'zod';

/** An error of the API: an `error` event on a socket, an error body over HTTP. */
export interface Refusal {
  readonly type: string;
  readonly code: string | null;
  readonly message: string;
  readonly param: string | null;
}

export function refuse(code: string | null, message: string, param: string | null = null): Refusal {
  return { type: 'invalid_request_error', code, message, param };
}

/** The first thing wrong with a client's event; `root` names the value that was parsed (`session`, or '' for a whole event). */
export function refusalOf(error: z.ZodError, root: string): Refusal {
  const issue = error.issues[0];
  if (issue === undefined) return refuse('invalid_value', 'Invalid event.');
  return refusalOfIssue(deepest(issue), root);
}

function refusalOfIssue(issue: z.core.$ZodIssue, root: string): Refusal {
  const param = pathOf(issue.path, root);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = pathOf([...issue.path, issue.keys[0] ?? ''], root);
      return refuse('unknown_parameter', `Unknown parameter: '${unknown}'.`, unknown);
    }
    case 'invalid_type': {
      if (issue.input === undefined) return missing(param);
      return refuse('invalid_type', `Invalid type for '${param}': expected ${issue.expected}.`, param);
    }
    case 'invalid_value': {
      if (issue.input === undefined) return missing(param);
      const allowed = issue.values.map((value) => `'${String(value)}'`).join(', ');
      return refuse(
        'invalid_value',
        `Invalid value: '${shown(issue.input)}'. Supported values are: ${allowed}.`,
        param,
      );
    }
    case 'invalid_union': {
      if (issue.discriminator === undefined) return refuse('invalid_type', `Invalid type for '${param}'.`, param);
      const value = property(issue.input, issue.discriminator);
      if (value === undefined) return missing(param);
      return refuse('invalid_value', `Invalid value: '${shown(value)}'.`, param);
    }
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
    default:
      return refuse('invalid_value', `Invalid '${param}': ${issue.message}.`, param);
  }
}

/** Of a union, the branch that went furthest before it failed says best what the client meant. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const branches = issue.errors.flatMap((errors) => errors.slice(0, 1));
  const best = branches.toSorted((a, b) => b.path.length - a.path.length)[0];
  return best === undefined ? issue : deepest({ ...best, path: [...issue.path, ...best.path] });
}

function missing(param: string): Refusal {
  return refuse('missing_required_parameter', `Missing required parameter: '${param}'.`, param);
}

function pathOf(path: readonly PropertyKey[], root: string): string {
  return path.reduce<string>((joined, key) => {
    if (typeof key === 'number') return `${joined}[${key}]`;
    return joined === '' ? String(key) : `${joined}.${String(key)}`;
  }, root);
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
