/**
 * The kinds of values that variables hold: a number in a range, an address, a name. Each says what is wrong and what to
 * do; none quotes what it was given unless that can't be a secret.
 */
import { z } from 'zod';
import { Secret } from './secret.ts';

/** What came of reading one variable's text. */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** A zod schema from a reader: its problem becomes the issue's message. */
export const field = <T>(read: (text: string) => Reading<T>) =>
  z.string().transform((text, context): T => {
    const reading = read(text);
    if ('value' in reading) return reading.value;
    context.addIssue(reading.problem);
    return z.NEVER;
  });

const QUOTED_AT_MOST = 40;
const quoted = (text: string): string =>
  `"${text.length > QUOTED_AT_MOST ? `${text.slice(0, QUOTED_AT_MOST)}…` : text}"`;

/** A whole number from `least` to `most`, in plain digits. */
export const wholeNumber = (least: number, most: number) =>
  field<number>((text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return { value };
    return { problem: `${quoted(text)} is not a whole number from ${least} to ${most}` };
  });

/** A part of a whole, from 0 to 1. */
export const share = () =>
  field<number>((text) => {
    const value = /^\d(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    return value <= 1 ? { value } : { problem: `${quoted(text)} is not a number from 0 to 1` };
  });

/** One of a few words, in any case; `aliases` are other spellings of them. */
export const oneOf = <const Word extends string>(
  words: readonly Word[],
  aliases: Readonly<Record<string, Word>> = {},
) =>
  field<Word>((text) => {
    const wanted = text.toLowerCase();
    const value = words.find((word) => word === wanted) ?? aliases[wanted];
    return value === undefined ? { problem: `${quoted(text)} is none of ${words.join(', ')}` } : { value };
  });

/** `true` or `false`. */
export const yesOrNo = () =>
  oneOf(['true', 'false'], { '1': 'true', '0': 'false' }).transform((word) => word === 'true');

/** A short name made of letters, digits and `.` `_` `:` `-`. */
export const shortName = () =>
  field<string>((text) =>
    /^[\w.:-]{1,64}$/.test(text)
      ? { value: text }
      : { problem: 'not a name of up to 64 letters, digits and . _ : - : choose another' },
  );

/** Any text that must not be printed. */
export const secret = () => field<Secret>((text) => ({ value: new Secret(text) }));

/** An address that carries a credential, so that it must not be printed. */
export const secretAddress = () =>
  field<Secret>((text) =>
    /^https?:/i.test(text) && URL.canParse(text)
      ? { value: new Secret(text) }
      : { problem: 'not an address: it begins with https:// or http:// and names a host' },
  );

/**
 * An address with one of `schemes` (such as `https:`), without a slash at its end. User names and passwords in it are
 * refused, as are queries and fragments: paths are appended to it.
 */
export const address = (...schemes: readonly string[]) =>
  field<string>((text) => {
    const wanted = schemes.map((scheme) => `${scheme}//`).join(' or ');
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !schemes.includes(url.protocol) || url.hostname === '') {
      return { problem: `not an address: it begins with ${wanted} and names a host` };
    }
    if (url.username || url.password) return { problem: 'carries a user name or password: leave them out' };
    if (url.search || url.hash) return { problem: 'carries a query or fragment: leave it out' };
    return { value: url.href.replace(/\/+$/, '') };
  });
