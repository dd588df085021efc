/**
 * How a conversation went for its caller, and what of a model's judgement counts: numbers within their bounds, texts
 * cleaned and cut to size. Nothing that a transcript can make a model write gets beyond its own text field.
 */
import type { Usage } from './usage.ts';

export const SENTIMENTS = ['positive', 'neutral', 'negative', 'mixed'] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

export const SATISFACTION = { least: 1, most: 10 } as const;
export const TOPICS_AT_MOST = 5;

export interface Score {
  /** The caller's. */
  readonly sentiment: Sentiment;
  /** 1 to 10, one decimal. */
  readonly satisfaction: number;
  /** Exactly two sentences; null where nobody judged. */
  readonly summary: string | null;
  /** A few words each, no two the same. */
  readonly topics: readonly string[];
  /** Something is left for staff to do. */
  readonly followUpNeeded: boolean;
}

/** What stands where nobody judged: there was nothing to judge, or the model could not. */
export const NEUTRAL: Score = {
  sentiment: 'neutral',
  satisfaction: 5,
  summary: null,
  topics: [],
  followUpNeeded: false,
};

/** A score and whose it is. */
export interface Verdict {
  readonly score: Score;
  /** The model that judged; null where none did. */
  readonly model: string | null;
  /** What its answer cost; null where it did not tell, or none was asked. */
  readonly usage: Usage | null;
}

/** What a model says of a conversation, within its schema: the texts are whatever it wrote. */
export interface Judgement {
  readonly sentiment: Sentiment;
  readonly satisfaction: number;
  /** A sentence each. */
  readonly wanted: string;
  readonly happened: string;
  readonly topics: readonly string[];
  readonly followUpNeeded: boolean;
}

const SENTENCE_CHARACTERS = 240;
const TOPIC_CHARACTERS = 40;

/** The score that a judgement comes to; undefined where a number is out of its bounds or a sentence says nothing. */
export function scoreOf(judgement: Judgement): Score | undefined {
  const { sentiment, satisfaction, wanted, happened, topics, followUpNeeded } = judgement;
  const sentences = [sentenceOf(wanted), sentenceOf(happened)];
  // NaN is no number within bounds.
  const isWithin = satisfaction >= SATISFACTION.least && satisfaction <= SATISFACTION.most;
  if (!isWithin || sentences.includes('')) return undefined;
  return {
    sentiment,
    satisfaction: Math.round(satisfaction * 10) / 10,
    summary: sentences.join(' '),
    topics: topicsOf(topics),
    followUpNeeded,
  };
}

/** Where a sentence ends and another begins. */
const SENTENCE_END = /[.!?…]+["”’')\]]*(?=\s+["“‘'([]*[\p{Lu}\p{N}])/gu;
/** A stop that ends no sentence: of a title, or of an initial. */
const ABBREVIATED = /(?:^|[\s("“‘'])(?:Drs?|Mr|Mrs|Ms|Prof|St|vs|e\.g|i\.e|\p{Lu})\.$/u;

/** The first sentence of a text, with a stop at its end; '' where it has no word. */
function sentenceOf(text: string): string {
  const line = clean(text);
  if (!/\p{L}/u.test(line)) return '';
  const ends = [...line.matchAll(SENTENCE_END)].map(({ index, 0: stop }) => index + stop.length);
  const end = ends.find((at) => !ABBREVIATED.test(line.slice(0, at))) ?? line.length;
  const sentence = cut(line.slice(0, end), SENTENCE_CHARACTERS);
  return /[.!?…]["”’')\]]*$/u.test(sentence) ? sentence : `${sentence}.`;
}

function topicsOf(texts: readonly string[]): readonly string[] {
  const topics = texts.map((text) => cut(clean(text), TOPIC_CHARACTERS).toLowerCase()).filter((topic) => topic !== '');
  return [...new Set(topics)].slice(0, TOPICS_AT_MOST);
}

/** One line, without what no screen shows (controls, marks of direction, halves of characters). */
function clean(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, ' ').trim();
}

/** At most so many characters, cut between words where there are any. */
function cut(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const head = text.slice(0, characters);
  const gap = head.lastIndexOf(' ');
  return `${head.slice(0, gap > 0 ? gap : characters)}…`;
}
