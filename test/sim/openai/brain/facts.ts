/** Facts of any shape, said aloud: what a model makes of a JSON answer when a caller asks about the clinic. */
type Facts = Readonly<Record<string, unknown>>;

const META = new Set(['success', 'topic', 'guidance', 'id', 'slug', 'time_zone', 'currency']);
const LONGEST_ANSWER = 600;

/** The answer's own words where it has any, else its facts; those that the question names come alone. */
export function factsSpoken(answer: Facts, question: string): string {
  for (const key of ['spoken', 'answer', 'text', 'summary']) {
    const value = answer[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  const statements = Object.entries(answer).flatMap(([key, value]) => (META.has(key) ? [] : statementsOf(key, value)));
  const asked = statements.filter((statement) => isAbout(statement, question));
  const told = (asked.length > 0 ? asked : statements).join('. ');
  if (told === '') return "I'm afraid I don't have that information.";
  return `${told.slice(0, LONGEST_ANSWER)}.`;
}

function statementsOf(key: string, value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) {
    const parts = value.map(phrase).filter((part) => part !== '');
    const isPlain = value.every((part) => typeof part !== 'object');
    return isPlain && parts.length > 0 ? [`${named(key)}: ${parts.join(', ')}`] : parts;
  }
  if (typeof value !== 'object') return [`${named(key)}: ${phrase(value)}`];
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
      ['name', 'day', 'days', 'spoken'].includes(key) ? phrase(part) : `${named(key)} ${phrase(part)}`,
    )
    .join(', ');
}

function named(key: string): string {
  return key.replaceAll('_', ' ');
}

function isAbout(statement: string, question: string): boolean {
  const words = question.toLowerCase().match(/[\p{L}]{4,}/gu) ?? [];
  const told = statement.toLowerCase();
  return words.some((word) => !COMMON.has(word) && told.includes(word));
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
