/** Which service or provider a caller's words mean. */
import type { Clinic, Provider, Service } from './clinic.ts';

export type Named<T> =
  | { readonly kind: 'one'; readonly item: T }
  | { readonly kind: 'several'; readonly items: readonly T[] }
  | { readonly kind: 'none' };

export function serviceNamed(clinic: Clinic, words: string): Named<Service> {
  return named(clinic.services, words, (service) => [service.id, service.slug, service.name, ...service.aliases]);
}

export function providerNamed(clinic: Clinic, words: string): Named<Provider> {
  return named(clinic.providers, words.replace(/\bdoctor\b/gi, 'dr'), (provider) => [provider.id, provider.name]);
}

/** "anyone", "no preference", "whoever is free". */
export function meansAnyone(words: string): boolean {
  return /\b(any|anyone|anybody|whoever|whichever|no preference|first available|either)\b/i.test(words);
}

/** By an exact name first, then by all of its words, then by any word that tells it from the others. */
function named<T>(items: readonly T[], words: string, namesOf: (item: T) => readonly string[]): Named<T> {
  const wanted = tokens(words);
  if (wanted.length === 0) return { kind: 'none' };
  const spoken = wanted.join(' ');
  const sets = items.map((item) => ({ item, names: namesOf(item).map(tokens) }));
  const tests: ((name: readonly string[]) => boolean)[] = [
    (name) => name.join(' ') === spoken,
    (name) => name.length > 0 && name.every((word) => wanted.includes(word)),
    (name) => wanted.every((word) => name.includes(word)),
    (name) => name.some((word) => word.length > 3 && !COMMON.has(word) && wanted.includes(word)),
  ];
  for (const test of tests) {
    const found = sets.filter(({ names }) => names.some(test)).map(({ item }) => item);
    if (found.length === 1) return { kind: 'one', item: found[0] as T };
    if (found.length > 1) return { kind: 'several', items: found };
  }
  return { kind: 'none' };
}

/** Words that tell no service from another. */
const COMMON = new Set(['treatment', 'appointment', 'session', 'service', 'with', 'visit']);

function tokens(text: string): string[] {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .filter((word) => word.length > 0)
    .map((word) => (word.length > 4 && word.endsWith('s') ? word.slice(0, -1) : word));
}
