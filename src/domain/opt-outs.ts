/**
 * Words by which a phone turns text messages off and on. The carrier obeys them before we hear of them, and answers them
 * itself, but only where one of them alone is the whole message. Source: Twilio's help page on opt-out keywords.
 */
export type OptKeyword = 'stop' | 'cancel' | 'start' | 'help';

const KEYWORDS: Readonly<Record<string, OptKeyword>> = {
  STOP: 'stop',
  STOPALL: 'stop',
  UNSUBSCRIBE: 'stop',
  END: 'stop',
  QUIT: 'stop',
  OPTOUT: 'stop',
  REVOKE: 'stop',
  // Whoever writes it may have meant their appointment: somebody has to ask them, and not by text.
  CANCEL: 'cancel',
  START: 'start',
  UNSTOP: 'start',
  HELP: 'help',
  INFO: 'help',
};

/** More than a word, or with a full stop behind it: the carrier takes no notice, and nobody who reads it could mistake it. */
const STOPS =
  /^(please )?(stop|unsubscribe|opt ?out)( all| me)?( (text|message)s| (texting|messaging)( me)?)?( please)?$/;

/** What a message says of getting messages; null where it says something else. A "yes" turns them on only where they were off. */
export function optKeyword(body: string, optedOut: boolean): OptKeyword | null {
  const word = body.trim().toUpperCase();
  if (word === 'YES' && optedOut) return 'start';
  if (Object.hasOwn(KEYWORDS, word)) return KEYWORDS[word] ?? null;
  return STOPS.test(lettersOf(body)) ? 'stop' : null;
}

/** A message's words in small letters, and nothing else of it. */
export const lettersOf = (body: string): string =>
  body
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim();
