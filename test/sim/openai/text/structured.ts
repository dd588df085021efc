/**
 * An answer in the form that a JSON schema asks for, made by rule from what was read. Knows no schema beforehand: a field
 * is filled by its type, its bounds and what its enumeration or description says. References are not followed.
 */
import { type JsonObject, objectOf } from '../brain/json.ts';
import type { Reading } from './reading.ts';

const MOST_ITEMS = 3;

/** The value of a schema; `field` is what it is called. */
export function structured(value: unknown, reading: Reading, field = ''): unknown {
  const schema = objectOf(value) ?? {};
  const told = reading.orders.get(field.toLowerCase());
  if (Array.isArray(schema.anyOf)) return structured(schema.anyOf[0], reading, field);
  if (Array.isArray(schema.enum)) return choice(schema.enum, reading, told);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return filled(schema, reading);
    case 'array':
      return listed(schema, reading);
    case 'boolean':
      return told === undefined ? reading.leavesWork : told === 'true';
    case 'number':
    case 'integer':
      return measured(schema, reading, told);
    case 'string':
      return told ?? reading.sentences[0] ?? 'Nothing was said';
    default:
      return null;
  }
}

/** Texts of one object differ: each takes the next of the sentences. */
function filled(schema: JsonObject, reading: Reading): JsonObject {
  let texts = 0;
  const entries = Object.entries(objectOf(schema.properties) ?? {}).map(([key, each]) => {
    const isText = objectOf(each)?.type === 'string' && !Array.isArray(objectOf(each)?.enum);
    const sentences = isText ? reading.sentences.slice(texts++) : reading.sentences;
    return [key, structured(each, { ...reading, sentences }, key)];
  });
  return Object.fromEntries(entries);
}

function listed(schema: JsonObject, reading: Reading): unknown[] {
  const most = Math.min(MOST_ITEMS, typeof schema.maxItems === 'number' ? schema.maxItems : MOST_ITEMS);
  return reading.words.slice(0, most).map((word) => structured(schema.items, { ...reading, sentences: [word] }));
}

function choice(values: readonly unknown[], { tone, isMixed }: Reading, told: string | undefined): unknown {
  const mood = isMixed ? 'mixed' : tone > 0 ? 'positive' : tone < 0 ? 'negative' : 'neutral';
  return [told, mood].find((each) => values.includes(each)) ?? values[0];
}

/** The tone on the field's scale: that of its bounds, or "1 to 10" in its description, or 0 to 1. */
function measured(schema: JsonObject, { tone }: Reading, told: string | undefined): number {
  const [, from = '0', to = '1'] = /(\d+) to (\d+)/.exec(String(schema.description)) ?? [];
  const least = typeof schema.minimum === 'number' ? schema.minimum : Number(from);
  const most = typeof schema.maximum === 'number' ? schema.maximum : Number(to);
  const felt = least + ((most - least) * (tone + 1)) / 2;
  const ordered = Number(told);
  const value = told !== undefined && ordered >= least && ordered <= most ? ordered : felt;
  return schema.type === 'integer' ? Math.round(value) : Math.round(value * 10) / 10;
}
