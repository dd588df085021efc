/**
 * What a caller wishes and what they refuse, in one sentence: "not Tuesday, Wednesday", "two doesn't work, how about
 * three?". A refused day or time must never be read as a wished one, so whole clauses are told apart before anything is
 * read. Works on lower-case words as `heardWords` makes them.
 */

export interface WishedAndRefused {
  /** The sentence without the clauses that refuse something. */
  readonly wished: string;
  /** The clauses that refuse something; empty in most sentences. */
  readonly refused: string;
}

/** "Any day but Friday": here "but" refuses what follows, as "except" does. */
const ALL_BUT = /\b((?:any|every|all)\w*(?: \w+){0,4}) but\b/g;
const AUXILIARY = String.raw`(?:do|does|did|is|are|am|was|will|would|can|could|should|have|has|i'm|\w+'s)`;
const CLAUSE_START = new RegExp(
  [
    String.raw`[,;!?…—]+|\.(?=\s|$)|\s-\s`,
    String.raw`\bbut\b|\b(?:except|besides|other than|apart from|aside from)\b`,
    String.raw`\b(?:how|what) about\b|\b(?:maybe|then|because|since|unless)\b|(?<!\b(?:sure|know) )\bif\b`,
    String.raw`\b(?:rather than|instead of|rather)\b|(?<!\b(?:rather|later|earlier|sooner|more|less|other) )\bthan\b`,
    String.raw`(?<!\b(?:${AUXILIARY}|or|if|why|better|rather) )(?=\bnot\b)`,
  ].join('|'),
  'g',
);

const NEGATED_VERB = String.raw`(?:do|does|did|ca|could|wo|would|should|is|are|was|have|has|had)n'?t`;
const REFUSAL = new RegExp(
  [
    String.raw`\bnot\b(?! (?:before|after|earlier|later|until|till|only|just|too|bad)\b)`,
    String.raw`\b${NEGATED_VERB}\b(?! mind\b)`,
    String.raw`\b(?:cannot|except|besides|other than|apart from|aside from|rather than|instead of|no good|neither|nor|none of|never)\b(?! mind\b)|^than\b`,
    String.raw`(?<!\bnot )\btoo (?:early|late|soon|far)\b`,
    String.raw`\b(?:is|are|was|would be) (?:a )?(?:bad|terrible|impossible|problem)\b`,
  ].join('|'),
);
/** "Don't you have Tuesday?" asks for it; "why not Tuesday?" proposes it; "if it's not too late" refuses nothing. */
const NO_REFUSAL = new RegExp(
  String.raw`^\W*(?:(?:so|and|well|oh|hi|hello) )?(?:${NEGATED_VERB} (?:you|i|we|there|it|she|he|they|the|dr|tomorrow|today|\w+day)\b|why not\b|if\b)`,
);

export function wishedAndRefused(words: string): WishedAndRefused {
  const kept: string[] = [];
  const refused: string[] = [];
  for (const clause of clauses(words.replace(ALL_BUT, '$1 except'))) {
    const refuses = REFUSAL.test(clause) && (!NO_REFUSAL.test(clause) || /\btoo (?:early|late|soon)\b/.test(clause));
    (refuses ? refused : kept).push(clause);
  }
  return { wished: kept.join(''), refused: refused.join('') };
}

/** The sentence cut where clauses begin; joined again they are the sentence. */
function clauses(words: string): string[] {
  const starts = [...words.matchAll(CLAUSE_START)].map((match) => match.index);
  return [0, ...starts].map((start, index) => words.slice(start, starts[index])).filter((clause) => clause !== '');
}
