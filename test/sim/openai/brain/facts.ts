/** Facts of any shape, said aloud: what a model makes of a JSON answer when a caller asks about the clinic. */
import type { Topic } from './intent.ts';

type Facts = Readonly<Record<string, unknown>>;

const META = new Set(['success', 'topic', 'guidance', 'id', 'slug', 'time_zone', 'currency']);
const LONGEST_ANSWER = 600;

/** How an answer of one sentence begins, by what was asked. */
const OPENINGS: Readonly<Partial<Record<Topic, string>>> = { hours: "We're open", location: "You'll find us at" };

export interface Asked {
  readonly topic: Topic;
  /** The caller's own. */
  readonly words: string;
}

/** The answer's own words where it has any, else its facts: those that were asked for, those that the question names. */
export function factsSpoken(answer: Facts, asked: Asked | undefined): string {
  for (const key of ['spoken', 'answer', 'text', 'summary']) {
    const value = answer[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  const topic = asked === undefined ? undefined : answer[asked.topic];
  const opening = asked === undefined ? undefined : OPENINGS[asked.topic];
  if (typeof topic === 'string' && opening !== undefined) return `${opening} ${topic}.`;
  const facts = asked === undefined || topic === undefined ? answer : { [asked.topic]: topic };
  const statements = Object.entries(facts).flatMap(([key, value]) => (META.has(key) ? [] : statementsOf(key, value)));
  const named = statements.filter((statement) => isAbout(statement, asked?.words ?? ''));
  const told = (named.length > 0 ? named : statements).join('. ');
  return told === '' ? "I'm afraid I don't have that information." : `${told.slice(0, LONGEST_ANSWER)}.`;
}

function statementsOf(key: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) {
    const parts = value.map(phrase).filter((part) => part !== '');
    const isPlain = value.every((part) => typeof part !== 'object');
    return isPlain && parts.length > 0 ? [`${words(key)}: ${parts.join(', ')}`] : parts;
  }
  if (typeof value !== 'object') return [`${words(key)}: ${phrase(value)}`];
  return Object.entries(value).flatMap(([inner, fact]) => (META.has(inner) ? [] : statementsOf(inner, fact)));
}

function phrase(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(phrase).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .filter(([key, part]) => !META.has(key) && part !== null && part !== undefined)
    .map(([key, part]) =>
      ['name', 'day', 'days', 'spoken'].includes(key) ? phrase(part) : `${words(key)} ${phrase(part)}`,
    )
    .join(', ');
}

function words(key: string): string {
  return key.replaceAll('_', ' ');
}

function isAbout(statement: string, question: string): boolean {
  const asked = question.toLowerCase().match(/[\p{L}]{4,}/gu) ?? [];
  const told = statement.toLowerCase();
  return asked.some((word) => !COMMON.has(word) && told.includes(word));
}

const COMMON = new Set([
  'what',
  'when',
  'your',
  'much',
  'does',
  'have',
  'many',
  'time',
  'open',
  'close',
  'hours',
  'price',
  'prices',
  'cost',
  'costs',
  'service',
  'services',
  'that',
  'this',
  'there',
  'with',
  'will',
  'would',
  'like',
  'know',
  'tell',
  'about',
  'please',
  'name',
]);
