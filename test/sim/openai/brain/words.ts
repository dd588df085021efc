/** What can be read out of a caller's words: names, numbers, addresses, times, yes and no. Pure, and no more than that. */

const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
const DAY = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)';
const HOUR = '(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\\d{1,2})';
const CLOCK = `(?:\\d{1,2}(?::\\d{2})?\\s*(?:a\\.?m\\b\\.?|p\\.?m\\b\\.?)|\\d{1,2}:\\d{2}|${HOUR}\\s*o'?clock|${HOUR}\\s+(?:a\\.?m\\b\\.?|p\\.?m\\b\\.?)|noon|midday)`;
const DATE_WORDS = [
  `(?:the )?day after tomorrow`,
  `tomorrow|today|tonight`,
  `(?:next|this|the following)\\s+(?:week(?:end)?|month|${DAY})`,
  `(?:on\\s+)?${DAY}`,
  `${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?`,
  `(?:the\\s+)?\\d{1,2}(?:st|nd|rd|th)(?:\\s+of\\s+${MONTH})?`,
  `\\d{4}-\\d{2}-\\d{2}`,
  `in (?:a|one|two|three|\\d+) (?:days?|weeks?)`,
];
const TIME_WORDS = [
  `(?:(?:at|around|about|by|after|before|from)\\s+)?${CLOCK}`,
  `(?:at|around|after|before)\\s+${HOUR}\\b`,
  `(?:in the\\s+|tomorrow\\s+|early\\s+|late\\s+)?(?:morning|afternoon|evening)`,
  `first thing|lunchtime`,
];
const DATE = new RegExp(`\\b(?:${DATE_WORDS.join('|')})\\b`, 'gi');
const TIME = new RegExp(`\\b(?:${TIME_WORDS.join('|')})(?=\\W|$)`, 'gi');

/** The caller's own words for a day or a time, from the first to the last of them; undefined where there are none. */
export function whenWords(text: string): string | undefined {
  const spans = [...text.matchAll(DATE), ...text.matchAll(TIME)];
  if (spans.length === 0) return undefined;
  const from = Math.min(...spans.map((span) => span.index));
  const to = Math.max(...spans.map((span) => span.index + span[0].length));
  return text.slice(from, to).replace(/^on\s+/i, '');
}

/** The words for the day alone. */
export function dayWords(text: string): string | undefined {
  return text.match(DATE)?.[0].replace(/^on\s+/i, '');
}

export function hasTimeOfDay(text: string): boolean {
  return text.match(TIME) !== null;
}

/** Nothing particular: any day, any time, the first there is. */
export function isAnyTime(text: string): boolean {
  return /\b(any ?time|any day|whenever|as soon as possible|asap|earliest|soonest|next available|first available|(?:what|when).{0,12}(?:have|available|open)|flexible)\b/i.test(
    text,
  );
}

export function isYes(text: string): boolean {
  return /^\W*(?:(?:oh|um|well|hmm)\W+)?(?:yes|yeah|yep|yup|sure|ok(?:ay)?|of course|please do|go ahead|perfect|great|sounds good|(?:that|this|it)(?:'s| is| would be| will be)? (?:works?|fine|good|great|perfect|right|correct)|that one|correct|right|absolutely|definitely|works for me|fine)\b/i.test(
    text,
  );
}

export function isNo(text: string): boolean {
  return /^\W*(?:(?:oh|um|well|hmm|actually)\W+)?(?:no|nope|nah|not (?:really|now|today)|none|neither|nothing|i'?m (?:good|fine|all set)|that'?s (?:all|it|everything)|i do(?:n't| not))\b/i.test(
    text,
  );
}

export function isGoodbye(text: string): boolean {
  return /\b(?:good ?bye|bye(?:[- ]bye)?|see you|talk (?:to you )?later|have a (?:nice|good|great) (?:day|one|evening))\b|\bnever ?mind\b/i.test(
    text,
  );
}

export function isThanks(text: string): boolean {
  return /\b(?:thanks|thank you|cheers)\b/i.test(text);
}

/** The person a caller asks to see: "see Priya", "with Dr. Elena Ruiz". */
export function providerWords(text: string): string | undefined {
  const named =
    /\b(?:see|with|by)\s+((?:(?:[Dd]r|[Dd]octor|Ms|Mr|Mrs)\b\.?\s+)?[A-Z][\p{L}'-]+(?:\s+[A-Z][\p{L}'-]+)?)/u.exec(
      text,
    );
  const name = named?.[1];
  return name === undefined || new RegExp(`^${DAY}|^${MONTH}`, 'i').test(name) ? undefined : name;
}

/** A name where one was asked for: what is left of up to four words without the talk around them. */
export function nameWords(text: string): string | undefined {
  const bare = text
    .replace(/[+\d][\d\s().-]{5,}\d.*$/, '')
    .replace(
      /^\W*(?:(?:yes|yeah|sure|okay|ok|of course|certainly|hi|hello|great|perfect|sounds good|please|um|uh|and)\b\W*)+/i,
      '',
    )
    .replace(/^.*?\b(?:my (?:full )?name is|my name's|the name is|name's|this is|it is|it's|i am|i'm|under)\s+/i, '')
    .replace(/[\s,.!]*\b(?:please|thanks|thank you|and my .*|speaking|here)\b.*$/i, '')
    .replace(/[\s.,!;:]+$/, '')
    .trim();
  if (!/^[\p{L}][\p{L}.'-]*(?:\s+[\p{L}][\p{L}.'-]*){0,3}$/u.test(bare)) return undefined;
  return /\b(?:what|how|when|why|where|can|could|would|do|does|the|you|that|those|works?|want|need|have|book|sorry|wait|no|not|actually)\b/i.test(
    bare,
  )
    ? undefined
    : bare;
}

/** A name that a caller gives unasked; it must look like one. */
export function introducedName(text: string): string | undefined {
  return /\b(?:[Mm]y name is|[Tt]his is|I'm|I am)\s+([A-Z][\p{L}'-]+(?:\s+[A-Z][\p{L}'-]+){0,2})/u.exec(text)?.[1];
}

const DIGITS: Readonly<Record<string, string>> = {
  zero: '0',
  oh: '0',
  one: '1',
  two: '2',
  three: '3',
  four: '4',
  five: '5',
  six: '6',
  seven: '7',
  eight: '8',
  nine: '9',
};

/** A phone number in digits or spelled out, as digits with a leading + where one was said. */
export function phoneWords(text: string): string | undefined {
  const spelled = text
    .replace(/\bplus\b/gi, '+')
    .replace(
      /\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b/gi,
      (word) => DIGITS[word.toLowerCase()] ?? word,
    );
  const found = /\+?\s*\(?\d(?:[\s().,-]*\d){6,14}/.exec(spelled)?.[0];
  return found?.replace(/[^\d+]/g, '');
}

/** An e-mail address, plain or as it is said: "jordan dot lee at example dot com". */
export function emailWords(text: string): string | undefined {
  const plain = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(text)?.[0];
  if (plain !== undefined) return plain.toLowerCase();
  const spoken = /((?:[\w-]+\s+(?:dot|underscore|dash)\s+)*[\w-]+)\s+at\s+([\w-]+(?:\s+dot\s+[\w-]+)+)/i.exec(text);
  if (spoken === null) return undefined;
  return `${spoken[1]}@${spoken[2]}`
    .replace(/\s+dot\s+/gi, '.')
    .replace(/\s+underscore\s+/gi, '_')
    .replace(/\s+dash\s+/gi, '-')
    .toLowerCase();
}

/** The words of a sentence that no time, no name of staff and no common phrase accounts for: most likely a service. */
export function serviceWords(text: string): string | undefined {
  const provider = providerWords(text);
  const when = whenWords(text);
  const name = introducedName(text);
  let rest = text;
  for (const known of [provider, when, name]) if (known !== undefined) rest = rest.replace(known, ' . ');
  const runs = rest
    .split(/[^\p{L}\s'-]+/u)
    .flatMap((part) => part.split(new RegExp(`\\b(?:${COMMON_WORDS})\\b`, 'giu')))
    .map((run) => run.replace(/^[\s'-]+|[\s'-]+$/g, ''))
    .filter((run) => run.length > 2);
  const run = runs.find((words) => words.split(/\s+/).length <= 4);
  return run?.replace(/\s+/g, ' ');
}

/** Everything people say around the name of a service. */
const COMMON_WORDS = [
  "i'd|i'm|i'll|i|we'd|we|you|my|me|it|its|it's|that's|that|this|there|they|who|he|she|us|one",
  'a|an|the|some|any|anything|something|another|other|else|same|different',
  'would|like|love|want|wanted|need|needs|looking|hoping|wondering|trying|try|going|was|is|are|am|be|been|have|has|had|got|get|getting',
  "can|could|may|might|will|shall|should|do|does|did|don't|can't|please|just|maybe|possible|possibly|if|whether",
  'to|for|of|on|in|at|by|with|from|about|around|and|or|but|so|as|then|into|out|up|off|before|after',
  'book|booked|booking|bookings|schedule|scheduled|make|set|reserve|arrange|appointment|appointments|session|treatment|visit|slot|slots|time|times|day|date|opening|openings|spot|come|see|take|give|tell|ask|know|fit|squeeze|put|add|list|waitlist|waiting',
  'reschedule|move|change|cancel|join|leave|keep|confirm|check|find|look|show',
  'hi|hello|hey|good|morning|afternoon|evening|yes|yeah|sure|okay|ok|no|not|thanks|thank|sorry|um|uh|well|oh|actually|instead|hmm|great|perfect',
  'available|availability|free|open|how|much|many|what|when|where|which|why|cost|costs|price|prices|soon|asap|whenever|anytime|next|week|works|work|sounds|name|first|second|third|service|first-time|really|also|too|here|calling|call',
].join('|');
