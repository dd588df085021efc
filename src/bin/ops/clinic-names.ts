/** What the parts of a clinic's file are called, read before anything else is judged: they refer to each other by it. */

export interface FileNames {
  /** All numbers that Ava answers. */
  readonly phones: readonly string[];
  readonly staffPhones: readonly string[];
  readonly slugs: readonly string[];
  readonly providers: readonly string[];
  readonly resources: readonly string[];
  /** Of resources that are not paused. */
  readonly kinds: readonly string[];
  /** Dates. */
  readonly specialDays: readonly string[];
}

/** Takes whatever stands in the file; what is no name is left out, and complained of elsewhere. */
export function fileNames(file: unknown): FileNames {
  const resources = itemsOf(file, 'resources');
  return {
    phones: numbersIn(file, 'phone', 'other_phones'),
    staffPhones: numbersIn(file, 'staff_phone', 'other_staff_phones'),
    slugs: textsOf(itemsOf(file, 'services'), 'slug'),
    providers: textsOf(itemsOf(file, 'providers'), 'name'),
    resources: textsOf(resources, 'name'),
    kinds: textsOf(
      resources.filter((resource) => fieldOf(resource, 'active') !== 'false'),
      'kind',
    ),
    specialDays: textsOf(itemsOf(file, 'special_days'), 'date'),
  };
}

function numbersIn(file: unknown, first: string, others: string): string[] {
  return [fieldOf(file, first), ...itemsOf(file, others)].filter((value) => typeof value === 'string');
}

function itemsOf(file: unknown, field: string): readonly unknown[] {
  const items = fieldOf(file, field);
  return Array.isArray(items) ? items : [];
}

function textsOf(items: readonly unknown[], field: string): string[] {
  return items.map((item) => fieldOf(item, field)).filter((value) => typeof value === 'string');
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}
