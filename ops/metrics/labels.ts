/**
 * Keeps labels bounded: every new value of a label is a time series that lives as long as the process, so what a
 * stranger can choose (a tool's name, a request's method) must not become one.
 */
export const OTHER = 'other';

const VALUE_LIMIT_CHARACTERS = 64;
const SHAPE = /^[\w /:{}.*-]+$/;

/** Lets the first `limit` different values pass; later ones, and odd ones, become `other`. */
export function boundedLabel(limit: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= limit || value.length > VALUE_LIMIT_CHARACTERS || !SHAPE.test(value)) return OTHER;
    known.add(value);
    return value;
  };
}

/** Lets `values` pass; all else becomes `other`. */
export function closedLabel(values: readonly string[]): (value: string) => string {
  const known = new Set(values);
  return (value) => (known.has(value) ? value : OTHER);
}
