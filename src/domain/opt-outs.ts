/**
 * Words by which a phone turns text messages off and on. The carrier obeys them before we hear of them, and answers them
 * itself; they count only where they are the whole message. Source: Twilio's help page on opt-out keywords.
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

/** What a message says of getting messages; null where it says something else. A "yes" turns them on only where they were off. */
export function optKeyword(body: string, optedOut: boolean): OptKeyword | null {
  const word = body.trim().toUpperCase();
  if (word === 'YES' && optedOut) return 'start';
  return Object.hasOwn(KEYWORDS, word) ? (KEYWORDS[word] ?? null) : null;
}
