/** Which JSON schemas the service holds a model to: objects of which every key is required and no other is allowed. */
import { objectOf } from '../brain/json.ts';

const NOT_PERMITTED = [
  'allOf',
  'not',
  'if',
  'then',
  'else',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
];

/** The first thing for which a schema is refused, in the service's words. */
export function strictnessProblem(schema: unknown): string | undefined {
  const root = objectOf(schema);
  if (root?.type !== 'object') {
    return `schema must be a JSON Schema of 'type: "object"', got 'type: ${JSON.stringify(root?.type ?? 'None')}'.`;
  }
  if ('anyOf' in root) return "In context=(), 'anyOf' is not permitted.";
  return problemAt(root, []);
}

function problemAt(value: unknown, path: readonly string[]): string | undefined {
  const schema = objectOf(value);
  const context = `In context=(${path.map((step) => `'${step}'`).join(', ')})`;
  if (schema === undefined) return `${context}, schema must be an object.`;
  const forbidden = NOT_PERMITTED.find((keyword) => keyword in schema);
  if (forbidden !== undefined) return `${context}, '${forbidden}' is not permitted.`;
  const variants = Array.isArray(schema.anyOf) ? schema.anyOf : [];
  const within = [
    ...objectProblem(schema, path, context),
    ...(schema.type === 'array' ? [problemAt(schema.items, [...path, 'items'])] : []),
    ...variants.map((variant, at) => problemAt(variant, [...path, 'anyOf', String(at)])),
  ];
  return within.find((problem) => problem !== undefined);
}

function objectProblem(
  schema: Readonly<Record<string, unknown>>,
  path: readonly string[],
  context: string,
): (string | undefined)[] {
  if (schema.type !== 'object') return [];
  const properties = objectOf(schema.properties) ?? {};
  if (schema.additionalProperties !== false) {
    return [`${context}, 'additionalProperties' is required to be supplied and to be false.`];
  }
  const required: unknown[] = Array.isArray(schema.required) ? schema.required : [];
  const optional = Object.keys(properties).find((key) => !required.includes(key));
  if (optional !== undefined) {
    const rule = "'required' is required to be supplied and to be an array including every key in properties.";
    return [`${context}, ${rule} Missing '${optional}'.`];
  }
  return Object.entries(properties).map(([key, each]) => problemAt(each, [...path, 'properties', key]));
}
