/** What a caller wants, read from one utterance; undefined where it says nothing of the kind. */

export type Goal = 'book' | 'reschedule' | 'cancel' | 'find' | 'waitlist' | 'message';
export type Topic = 'hours' | 'location' | 'services' | 'prices' | 'providers' | 'policies';

const GOALS: readonly (readonly [Goal, RegExp])[] = [
  ['waitlist', /\bwait(?:ing)?[- ]?list\b/i],
  [
    'message',
    /\b(?:leave|take|pass on)\b.{0,12}\bmessage\b|\bcall(?:ed)? me back\b|\b(?:someone|somebody|them) call back\b/i,
  ],
  [
    'reschedule',
    /\b(?:reschedule|move|change|push|switch)\b.{0,40}\b(?:appointment|booking|visit|time|it)\b|\breschedule\b/i,
  ],
  ['cancel', /\bcancel\b/i],
  [
    'find',
    /\b(?:when|what time|which day)\b.{0,20}\bmy\b.{0,20}\b(?:appointment|booking)\b|\b(?:do i have|check|find|confirm)\b.{0,20}\bmy\b.{0,20}\b(?:appointment|booking)|\bdo i have (?:an|any) (?:appointment|booking)/i,
  ],
  [
    'book',
    /\b(?:book|schedule|make|set up|reserve|get|need|want|like|have|see|looking for)\b.{0,60}\b(?:appointment|session|treatment|slot|booking|consultation)\b|\b(?:book|schedule|reserve)\b|\b(?:i need|i want|i'd like|i would like|can i get|could i get|do you have)\b(?!.{0,15}\b(?:question|know|ask|speak|talk|help)\b)/i,
  ],
];

const TOPICS: readonly (readonly [Topic, RegExp])[] = [
  ['policies', /\b(?:policy|policies|cancellation fee|late fee|no[- ]show)\b/i],
  ['prices', /\b(?:how much|prices?|pricing|costs?|fees?|charge)\b/i],
  [
    'hours',
    /\b(?:hours|what time do you (?:open|close)|when (?:do|are) you (?:open|close)|are you open|open (?:on|today|tomorrow|late))\b/i,
  ],
  ['location', /\b(?:where are you|address|located|location|directions|parking)\b/i],
  [
    'providers',
    /\b(?:which|what|who are (?:the|your)) (?:doctors?|providers?|practitioners?|staff)\b|\bwho (?:does|do|works|performs|will)\b/i,
  ],
  ['services', /\b(?:what|which) (?:services|treatments)\b|\bdo you (?:offer|do|provide)\b/i],
];

const STAFF =
  /\b(?:speak|talk|transfer|connect|put me through|get me)\b.{0,25}\b(?:human|person|someone|somebody|staff|manager|receptionist|representative|nurse|doctor|operator|agent)\b|\b(?:real|actual|live) (?:person|human)\b|^\W*(?:operator|representative|agent)\b/i;

export function goalOf(text: string): Goal | undefined {
  return GOALS.find(([, pattern]) => pattern.test(text))?.[0];
}

export function topicOf(text: string): Topic | undefined {
  return TOPICS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** What is asked, in the caller's own words; two questions in one breath are two. */
export function questionsIn(text: string): readonly { readonly topic: Topic; readonly words: string }[] {
  const asked = text.split(/[?.;]|,?\s+(?:and|also)\s+/i).flatMap((words) => {
    const topic = topicOf(words);
    return topic === undefined ? [] : [{ topic, words }];
  });
  const [only, ...others] = asked.filter(({ topic }, at) => asked.findIndex((one) => one.topic === topic) === at);
  if (only === undefined) return [];
  return others.length === 0 ? [{ ...only, words: text }] : [only, ...others];
}

export function wantsStaff(text: string): boolean {
  return STAFF.test(text);
}

/** Asks what only a doctor may answer. */
export function asksForAdvice(text: string): boolean {
  return /\b(?:can|should|may|could|is it (?:safe|ok|okay|normal)|what)\b.*\b(?:take|dose|ibuprofen|aspirin|medication|pregnan\w+|symptoms?|safe|infected|normal)\b/i.test(
    text,
  );
}

/** Somebody takes back what was settled: another day, another time. */
export function changesMind(text: string): boolean {
  return /\b(?:actually|instead|rather|another|different|other (?:day|time)|change|wait|sorry|none of|how about|what about|on second thought)\b|^\W*no\b/i.test(
    text,
  );
}
