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

/** Words after which a name is somebody to see; without them it may as well be the caller's own. */
const CUE = /\b(?:with|see|seeing|prefer|want|take|choose|by|dr|doctor)\.?\s+(?:(?:dr|doctor)\.?\s+)?$/;
const INTRODUCTION = /\b(?:(?:name(?:'s| is|:)?|call me) (?:[\p{L}'-]+ )?|(?:i'm|i am|this is|it's) )$/u;

/**
 * The provider whom a sentence names besides other things, in lower-case words; `cued` where it says that they are to
 * be seen. Undefined where it names none or several, or somebody introduces themselves.
 */
export function providerWished(
  clinic: Clinic,
  heard: string,
): { readonly item: Provider; readonly cued: boolean } | undefined {
  const found = clinic.providers.flatMap((item) => {
    const spoken = namePositions(item, heard).filter(
      ([from, to]) =>
        !INTRODUCTION.test(heard.slice(0, from)) && !/^(?: [\p{L}'-]+)? speaking\b/u.test(heard.slice(to)),
    );
    return spoken.length === 0 ? [] : [{ item, cued: spoken.some(([from]) => CUE.test(heard.slice(0, from))) }];
  });
  return found.length === 1 ? found[0] : undefined;
}

/** Where words of a provider's name stand in a sentence. */
function namePositions(provider: Provider, heard: string): [number, number][] {
  const own = provider.name.toLowerCase().split(/[\s-]+/);
  const words = own.filter((word) => word.length > 2 && !word.endsWith('.'));
  return [...heard.matchAll(/[\p{L}]+/gu)]
    .filter(([word]) => words.includes(word))
    .map((match) => [match.index, match.index + match[0].length]);
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
    const [item, ...others] = found;
    if (item !== undefined) return others.length === 0 ? { kind: 'one', item } : { kind: 'several', items: found };
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
