/** Which service or provider a caller's words mean. */
import type { Clinic, Provider, Service } from './clinic.ts';
import { isSlipOf, soundsLike } from './sounds-like.ts';

export type Named<T> =
  | { readonly kind: 'one'; readonly item: T }
  | { readonly kind: 'several'; readonly items: readonly T[] }
  /** It sounds like these, to be asked about. */
  | { readonly kind: 'perhaps'; readonly items: readonly T[] }
  | { readonly kind: 'none' };

export function serviceNamed(clinic: Clinic, words: string): Named<Service> {
  return named(clinic.services, words, (service) => [service.id, service.slug, service.name, ...service.aliases]);
}

export function providerNamed(clinic: Clinic, words: string): Named<Provider> {
  return named(clinic.providers, words.replace(/\bdoctor\b/gi, 'dr'), (provider) => [
    provider.id,
    provider.name,
    ...provider.aliases,
  ]);
}

/** "Anyone", "no preference", "whoever is free", "it doesn't matter". */
export function meansAnyone(words: string): boolean {
  return /\b(?:any|any ?one|anybody|any ?time|whoever|whichever|whenever|whatever|no preference|no one in particular|nobody special|first available|either|flexible|(?:doesn't|does not|don't|do not) (?:matter|mind|care|know)|not sure|unsure)\b/i.test(
    words.replace(/[’‘]/g, "'"),
  );
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
  const found = providersSpoken(clinic, heard, (word, name) => word === name);
  // A slip of the ear counts only where it is said that somebody is to be seen.
  const meant = found.length > 0 ? found : providersSpoken(clinic, heard, isSlipOf).filter(({ cued }) => cued);
  return meant.length === 1 ? meant[0] : undefined;
}

type SameWord = (heard: string, known: string) => boolean;

function providersSpoken(clinic: Clinic, heard: string, same: SameWord): { item: Provider; cued: boolean }[] {
  return clinic.providers.flatMap((item) => {
    const spoken = namePositions(item, heard, same).filter(
      ([from, to]) =>
        !INTRODUCTION.test(heard.slice(0, from)) && !/^(?: [\p{L}'-]+)? speaking\b/u.test(heard.slice(to)),
    );
    return spoken.length === 0 ? [] : [{ item, cued: spoken.some(([from]) => CUE.test(heard.slice(0, from))) }];
  });
}

/** Where words of a provider's names stand in a sentence. */
function namePositions(provider: Provider, heard: string, same: SameWord): [number, number][] {
  const own = [provider.name, ...provider.aliases].flatMap((name) => name.toLowerCase().split(/[\s-]+/));
  const words = own.filter((word) => word.length > 2 && !word.endsWith('.'));
  return [...heard.matchAll(/[\p{L}]+/gu)]
    .filter(([word]) => words.some((name) => same(word, name)))
    .map((match) => [match.index, match.index + match[0].length]);
}

/** By an exact name first, then by all of its words, by any word that tells it from the others, by a slip of one; else by sound. */
function named<T>(items: readonly T[], words: string, namesOf: (item: T) => readonly string[]): Named<T> {
  const wanted = tokens(words);
  if (wanted.length === 0) return { kind: 'none' };
  const spoken = wanted.join(' ');
  // "Bow tox": one name, heard as two words.
  const heard = [...wanted, ...words.toLowerCase().split(/[^\p{L}]+/u), wanted.join('')];
  const sets = items.map((item) => ({ item, names: namesOf(item).map(tokens) }));
  const tests: ((name: readonly string[]) => boolean)[] = [
    (name) => name.join(' ') === spoken,
    (name) => name.length > 0 && name.every((word) => wanted.includes(word)),
    (name) => wanted.every((word) => name.includes(word)),
    (name) => name.some((word) => word.length > 3 && !COMMON.has(word) && wanted.includes(word)),
    (name) => name.some((word) => !COMMON.has(word) && heard.some((each) => isSlipOf(each, word))),
  ];
  const like = (test: (name: readonly string[]) => boolean): T[] =>
    sets.filter(({ names }) => names.some(test)).map(({ item }) => item);
  for (const test of tests) {
    const found = like(test);
    const [item, ...others] = found;
    if (item !== undefined) return others.length === 0 ? { kind: 'one', item } : { kind: 'several', items: found };
  }
  const perhaps = like((name) =>
    name.some((word) => !COMMON.has(word) && heard.some((each) => soundsLike(each, word))),
  );
  return perhaps.length === 0 ? { kind: 'none' } : { kind: 'perhaps', items: perhaps };
}

/** Words that tell no service from another. */
const COMMON = new Set(['dr', 'treatment', 'appointment', 'session', 'service', 'with', 'visit']);

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
