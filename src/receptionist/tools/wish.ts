/** From a model's arguments to a wish in the clinic's terms, or to the failure that says what is wrong with them. */
import type { DayRange } from '../../domain/availability.ts';
import type { Clinic, Instant, Provider, Service } from '../../domain/clinic.ts';
import { providersOf } from '../../domain/clinic.ts';
import { meansAnyone, type Named, providerNamed, serviceNamed } from '../../domain/naming.ts';
import type { Wish } from '../../domain/search.ts';
import { listed } from '../../domain/spoken.ts';
import { failed, type Resolved } from './tool.ts';
import { resolveWhen, type WhenArguments } from './wished-when.ts';

export interface WishArguments extends WhenArguments {
  readonly service: string;
  readonly provider?: string | undefined;
}

/** `sought`: as in `resolveWhen`. */
export function resolveWish(
  args: WishArguments,
  clinic: Clinic,
  now: Instant,
  sought: DayRange | null,
): Resolved<Wish> {
  const service = resolveService(args.service, clinic);
  if ('failure' in service) return service;
  const provider = resolveProvider(args.provider, service.ok, clinic);
  if ('failure' in provider) return provider;
  const when = resolveWhen(args, clinic, now, sought);
  if ('failure' in when) return when;
  return { ok: { service: service.ok, provider: provider.ok, ...when.ok } };
}

export function resolveService(words: string, clinic: Clinic): Resolved<Service> {
  const found = serviceNamed(clinic, words);
  if (found.kind === 'one') return { ok: found.item };
  const options = names(found, clinic.services);
  const sentence =
    found.kind === 'none'
      ? `I'm sorry, we don't offer that here. We do offer ${listed(options)}.`
      : `Did you mean ${listed(options, 'or')}?`;
  return { failure: failed('unknown_service', sentence, { services: options }) };
}

export function resolveProvider(
  words: string | undefined,
  service: Service,
  clinic: Clinic,
): Resolved<Provider | null> {
  if (words === undefined || namesNobody(words, clinic)) return { ok: null };
  const able = providersOf(clinic, service);
  const found = providerNamed(clinic, words);
  if (found.kind !== 'one') {
    const options = names(found, able);
    const sentence =
      found.kind === 'none'
        ? `I don't find anyone of that name here. For ${service.name} you can see ${listed(options, 'or')}.`
        : `Did you mean ${listed(options, 'or')}?`;
    return { failure: failed('unknown_provider', sentence, { providers: options }) };
  }
  if (RULES_OUT.test(words)) return somebodyElse(found.item, able);
  if (able.includes(found.item)) return { ok: found.item };
  const others = able.map((provider) => provider.name);
  const sentence = `${found.item.name} doesn't do ${service.name}. ${listed(others, 'or')} can help you with that.`;
  return { failure: failed('provider_not_available_for_service', sentence, { providers: others }) };
}

/** "Anyone", "any doctor"; not "anyone but Priya". */
function namesNobody(words: string, clinic: Clinic): boolean {
  if (!meansAnyone(words)) return false;
  const { kind } = providerNamed(clinic, words.replace(/\b(?:doctor|dr)s?\b/gi, ''));
  return kind === 'none' || kind === 'perhaps';
}

const RULES_OUT = /\b(?:not|but|except|besides|other than|apart from)\b/i;

function somebodyElse(refused: Provider, able: readonly Provider[]): Resolved<Provider> {
  const others = able.filter((provider) => provider !== refused);
  const [only] = others;
  if (only && others.length === 1) return { ok: only };
  const options = others.map((provider) => provider.name);
  return {
    failure: failed('unknown_provider', `Would you like to see ${listed(options, 'or')}?`, { providers: options }),
  };
}

function names<T extends { readonly name: string }>(found: Named<T>, all: readonly T[]): string[] {
  return ('items' in found ? found.items : all).map((item) => item.name);
}
