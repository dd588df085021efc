/** Whether a caller's sentence is a plain yes to what was asked last. Anything that could be a no, or a question, is none. */
import { heardWords } from './heard-words.ts';

const BOOK_IT =
  /\b(?:book|take|reserve|want) (?:it|that|this|me in)\b|\bgo ahead\b|\bplease do\b|\b(?:that|this) one\b/;
const TAKES_BACK =
  /\b(?:no|not|nope|nah|never|none|other|else|another|different|instead|but|actually|unless|wait|hold on|cancel|later|earlier|sooner|did|have you|(?:\w+n't|dont|cant|wont|doesnt))\b/;
const NO_OBJECTION = /\b(?:no (?:problem|worries|rush)|not a problem|why not|don't mind)\b/g;
const YES =
  /\b(?:yes|yeah|yep|yup|sure|ok(?:ay)?|perfect|great|good(?! (?:morning|afternoon|evening|day|night|question|to know))|fine(?! lines?\b)|works|sounds good|correct|exactly)\b/;
/** "I'm good" means no, "are you sure" asks. */
const NO_YES = /\?|\b(?:i'm|i am) (?:good|fine|ok|okay|great)\b|\byou sure\b/;

/** A plain yes, with nothing that takes it back. */
export function agrees(words: string): boolean {
  const heard = heardWords(words).replace(NO_OBJECTION, '');
  if (BOOK_IT.test(heard)) return !TAKES_BACK.test(heard.replace(/^\W*(?:(?:oh|um|uh) )?(?:no|nope|nah)\b/, ''));
  return YES.test(heard) && !NO_YES.test(heard) && !TAKES_BACK.test(heard);
}
