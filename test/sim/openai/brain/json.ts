/** JSON from elsewhere, taken as an object of unknown values or not at all. */
import { z } from 'zod';

export type JsonObject = Readonly<Record<string, unknown>>;

const objectSchema = z.record(z.string(), z.unknown());

export function objectOf(value: unknown): JsonObject | undefined {
  return objectSchema.safeParse(value).data;
}

export function parsedObject(json: string): JsonObject | undefined {
  try {
    return objectOf(JSON.parse(json));
  } catch {
    return undefined;
  }
}

/** A string as it is, a number in digits; anything else is no text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}
