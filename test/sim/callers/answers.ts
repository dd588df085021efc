/** Rules that most stories share: giving one's details, choosing, agreeing, saying goodbye. */
import type { CallerRule } from './script.ts';
import { anAppointment, type Who } from './who.ts';

const CLOCK_TIME = String.raw`(?:\d{1,2}(?::\d\d)?\s*[ap]\.?\s?m\b|o'clock|\bnoon\b)`;
const FAREWELL_PAUSE_MS = 3_000;

/** “Is there anything else?” → no, thanks. */
export const NOTHING_ELSE: CallerRule = {
  when: /(?:anything|something) else|(?:help|assist) (?:you )?with anything|any other questions/i,
  respond: [{ say: "No, that's all, thank you." }],
};

/** Leaves it to her to end the call, then hangs up. */
export const HANG_UP_AFTER_GOODBYE: CallerRule = {
  when: /\bgood-?bye\b|\bbye\b|have a (?:great|good|nice|wonderful|lovely) (?:day|one|evening|weekend|rest)|\btake care\b/i,
  respond: [{ pauseMs: FAREWELL_PAUSE_MS }, { hangUp: true }],
};

/** Says goodbye, and waits for hers a while. */
export function sayGoodbye(words: string): CallerRule['respond'] {
  return [{ say: words }, { pauseMs: 2 * FAREWELL_PAUSE_MS }, { hangUp: true }];
}

/** She did not understand, or lost the thread. */
export const REPEAT: CallerRule = {
  when: /(?:say|repeat) (?:that|it|this)|(?:didn't|did not|couldn't) (?:quite )?(?:catch|hear|get|understand)|come again|lost you|where were we/i,
  respond: [{ sayAgain: true }],
};

/** Answers every detail that is asked for, in one sentence. */
export function giveDetails(who: Who): readonly CallerRule[] {
  return [
    {
      when: /\b(?:this|that|same|the) (?:phone )?number (?:you|you're|you are)|(?:this|that|it|\d) (?:is )?(?:the )?(?:right|best|correct|good) (?:phone )?number|number (?:on file|okay|ok|correct|right)/i,
      respond: [{ say: "Yes, that's right." }],
    },
    {
      when: /^(?=[\s\S]*(?:\?|please|tell|need|give|could|may i|can i|have your))[\s\S]*(?:\b(?:your|what|which|an?|the|best|full|first|last|contact|callback|get|have|and) (?:\w+ ){0,3}?(?:name|phone|number|e-?mail)|who (?:am i|is (?:this|calling))|\bspell)/i,
      respond: [{ say: (question) => details(question, who) }],
    },
  ];
}

function details(question: string, who: Who): string {
  if (/\bspell/i.test(question)) return `${who.name.toUpperCase().split('').join(' ')}.`;
  const parts: string[] = [];
  if (/\bname|\bwho\b/i.test(question)) parts.push(`My name is ${who.name}.`);
  if (/phone|number/i.test(question)) parts.push(`My phone number is ${who.phone}.`);
  if (/e-?mail/i.test(question)) parts.push(`My email is ${who.email}.`);
  return parts.join(' ');
}

/** Several times were named, and a choice is asked for: the first. */
export const CHOOSE_FIRST: CallerRule = {
  anywhere: true,
  when: new RegExp(
    `${CLOCK_TIME}[\\s\\S]*${CLOCK_TIME}[\\s\\S]*(?:(?:which|what) (?:one|time|of|would|do|works|slot|option)|prefer|(?:one|any|either) of)`,
    'i',
  ),
  respond: [{ say: 'The first one, please.' }],
};

/** Takes what is offered: the first of several, or the one. */
export const ACCEPT_OFFER: readonly CallerRule[] = [
  {
    when: new RegExp(
      `which (?:one|time|of)|(?:would|do) you prefer|(?:one|any|either) of (?:these|those|them)|works? (?:best|better)|${CLOCK_TIME}[^?]* or [^?]*${CLOCK_TIME}[^?]*\\?`,
      'i',
    ),
    respond: [{ say: 'The first one, please.' }],
  },
  {
    when: /how about|what about|shall i|should i|would you like|do you want|(?:does|do|would|will) (?:that|this|it|these|those)|(?:is|sound|are) (?:that|this|it|good|everything|okay|ok|fine|correct|right)|okay\?|correct\?|right\?|(?:may|can|could) i book|go ahead|confirm|\bwork/i,
    respond: [{ say: 'Yes, please.' }],
  },
];

/** What she may ask about the wish itself. `when` is in the caller's own words. */
export function giveWish(who: Who): readonly CallerRule[] {
  return [
    {
      when: /(?:what|which) (?:day|date|time)|when (?:would|do|were|are|should)|(?:day|date|time) (?:and|or) (?:time|day)/i,
      respond: [{ say: `${capitalised(who.when)}, please.` }],
    },
    { when: /(?:what|which) (?:service|treatment|kind|type)/i, respond: [{ say: `${who.service}, please.` }] },
    { when: /how (?:can|may) i (?:help|assist)|what can i do for you/i, respond: [{ say: bookingWish(who) }] },
  ];
}

export const NO_PREFERENCE: CallerRule = {
  when: /(?:which|any|preferred|preference|particular|specific).*(?:provider|practitioner|doctor|injector)|with whom/i,
  respond: [{ say: 'Anyone is fine.' }],
};

export function bookingWish({ service, when }: Who): string {
  return `I'd like to book ${anAppointment(service)} for ${when}.`;
}

/** All it takes to be booked, once the wish was said. */
export function bookingRules(who: Who): readonly CallerRule[] {
  return [
    NOTHING_ELSE,
    ...giveDetails(who),
    REPEAT,
    CHOOSE_FIRST,
    ...giveWish(who),
    NO_PREFERENCE,
    ...ACCEPT_OFFER,
    HANG_UP_AFTER_GOODBYE,
    {
      anywhere: true,
      once: true,
      when: /(?:you(?:'re| are)|it(?:'s| is)|have) (?:all |been )?(?:booked|set|confirmed|scheduled)/i,
      respond: [{ say: 'Thank you.' }],
    },
  ];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
