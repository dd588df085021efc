/**
 * The parts of a caller's sentence that only look like days and times, and are taken out before any is read: names,
 * greetings, emails, street addresses, amounts, phone numbers. Works on heard words (`heardWords`).
 */

/** Stands where something was taken out, so that its neighbours do not become one phrase. */
const GAP = ' ; ';

/** Without names, greetings and addresses; numbers are still as they were said. */
export function withoutLookalikes(heard: string): string {
  return withoutCourtesies(withoutNames(withoutAddresses(heard)));
}

const PART_OF_EMAIL = String.raw`[a-z0-9_'+-]{1,40}`;
const EMAIL = new RegExp(
  String.raw`\S{1,80}@\S{1,80}|(?:${PART_OF_EMAIL} (?:dot|underscore|dash|hyphen) ){0,4}(?:${PART_OF_EMAIL} )?at (?:${PART_OF_EMAIL} ){1,3}dot [a-z]{2,10}(?: dot [a-z]{2,6})?\b`,
  'g',
);
const STREET = /\b\d{1,5} (?:[a-z]+ ){1,2}(?:street|avenue|ave|road|lane|drive|boulevard|blvd|court)\b/g;
const COUNTED =
  /\b(?:on |the )?\d{1,3}(?:st|nd|rd|th) (?:street|st|avenue|ave|floor|birthday|anniversary|time|session|visit|treatment|appointment)\b/g;

const AMOUNT = /\b24\/7\b|\b\d\/\d (?:a |of )?(?:syringes?|units?|vials?|doses?|hours?|ml|cc)\b/g;

function withoutAddresses(words: string): string {
  return [EMAIL, STREET, COUNTED, AMOUNT].reduce((rest, lookalike) => rest.replace(lookalike, GAP), words);
}

const WEEKDAY_OR_MONTH =
  /^(?:(?:sun|mon|tues?|wed|wednes|thurs?|fri|sat|satur)(?:day)?|jan|january|april|may|june|august|march|summers?)$/;
const NO_NAME = /^(?:and|or|on|at|in|for|next|this|i|i'd|i'm|tomorrow|today|but|so|my|the|can|could|is|to)$/;

/** "My name is April May", "Tuesday Weld speaking", "I'm June": days and months that are people. */
function withoutNames(words: string): string {
  return words
    .replace(
      /\b(name(?:'s| is|:)?|call me|under) ((?:[\p{L}'-]+)(?: [\p{L}'-]+){0,2})/gu,
      (_, lead: string, name: string) => {
        const parts = name.split(' ');
        const end = parts.findIndex((part) => NO_NAME.test(part));
        const own = end === -1 ? parts : parts.slice(0, end);
        const rest = parts.slice(own.length);
        return [lead, ...own.map((part) => (WEEKDAY_OR_MONTH.test(part) ? ';' : part)), ...rest].join(' ');
      },
    )
    .replace(/\b(i'm|i am|this is) ([a-z]+)\b/g, (all, lead: string, name: string) =>
      WEEKDAY_OR_MONTH.test(name) ? `${lead} ;` : all,
    )
    .replace(/(?:\b[a-z'-]+ ){1,3}speaking\b/g, GAP);
}

const COURTESIES = [
  /\bgood (?:morning|afternoon|evening|day|night)\b/g,
  /\b(?:how are you|how's it going|hope you're well)(?: doing| all)?(?: (?:this (?:morning|afternoon|evening)|today|tonight))?/g,
  /\bhave (?:a|an) (?:very )?(?:good|great|nice|lovely|wonderful|blessed|amazing) (?:rest of your )?(?:day|morning|afternoon|evening|night|weekend|week)\b(?! (?:slot|appointment|time|opening))/g,
  /\benjoy (?:your|the) (?:rest of (?:your|the) )?(?:day|morning|afternoon|evening|weekend)\b/g,
];

function withoutCourtesies(words: string): string {
  return COURTESIES.reduce((rest, courtesy) => rest.replace(courtesy, GAP), words);
}

const PLAIN_NUMBER_DATE = /^(?:\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})/;
const PHONE_DIGITS = 7;

/** Seven digits and more in a row, however they are grouped, and digits said one by one. */
export function withoutPhoneNumbers(words: string): string {
  return words
    .replace(
      /\+?\(?\b(?:\d|oh|zero|double|triple)(?:[\s().,-]{0,3}(?:\d|\b(?:oh|zero|double|triple)\b)){2,30}/g,
      (run) => {
        if (PLAIN_NUMBER_DATE.test(run)) return run;
        const count = run.match(/\d|oh|zero/g)?.length ?? 0;
        const oneByOne = /^(?:(?:\d|oh|zero)[\s,-]+){2,}(?:\d|oh|zero)$/.test(run);
        return count >= PHONE_DIGITS || oneByOne ? GAP : run;
      },
    )
    .replace(/ {2,}/g, ' ');
}
