/**
 * A clinic as a YAML file, read and written. A file may hold several clinics, parted by `---`. What is wrong is told all
 * at once, each with its line. The only importer of `yaml`.
 */
import { type Document, isMap, isNode, isScalar, LineCounter, parseAllDocuments, stringify } from 'yaml';
import type { z } from 'zod';
import type { ClinicFacts } from '../../../db/clinic-facts.ts';
import { numbersOf } from '../../domain/clinic.ts';
import { clinicFields } from './clinic-fields.ts';
import { clinicLayout } from './clinic-layout.ts';
import { fileNames } from './clinic-names.ts';

export interface FileProblem {
  /** From 1. */
  readonly line: number;
  /** The field and what is wrong with it. */
  readonly text: string;
}

export interface FileReading {
  readonly clinics: readonly ClinicFacts[];
  /** Where there are any, some clinics are left out. */
  readonly problems: readonly FileProblem[];
  /** The numbers that these clinics are called under, as they stand in the file. */
  readonly numbers: readonly FileNumber[];
}

export interface FileNumber {
  readonly phone: string;
  /** From 1. */
  readonly line: number;
  readonly field: string;
}

const LINE_WIDTH = 100;

type Path = readonly PropertyKey[];

/** Never throws, whatever the text is. */
export function readClinicFile(text: string): FileReading {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, schema: 'failsafe', prettyErrors: false });
  if (documents.length === 0) return failing({ line: 1, text: 'holds no clinic' });
  const readings = documents.map((document) => readDocument(document, lines));
  return {
    clinics: readings.flatMap(({ clinics }) => clinics),
    problems: readings.flatMap(({ problems }) => problems).toSorted((a, b) => a.line - b.line),
    numbers: readings.flatMap(({ numbers }) => numbers),
  };
}

export function writeClinicFile(facts: ClinicFacts): string {
  return stringify(clinicLayout(facts), { lineWidth: LINE_WIDTH, flowCollectionPadding: false });
}

function readDocument(document: Document.Parsed, lines: LineCounter): FileReading {
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    // What comes after the first is mostly its consequence.
    const told = document.errors.filter(({ code }, n) => n === 0 || code === 'DUPLICATE_KEY');
    return failing(...told.map(({ pos, message }) => ({ line: lineAt(pos[0]), text: message })));
  }
  const file = contentOf(document);
  if ('problem' in file) return failing({ line: lineAt(document.range[0]), text: file.problem });
  const parsed = clinicFields(fileNames(file.content)).safeParse(file.content);
  if (parsed.success) {
    const numbers = numbersOf(parsed.data).map((phone, n): FileNumber => {
      const path = n === 0 ? ['phone'] : ['other_phones', n - 1];
      return { phone, line: lineAt(offsetOf(document, path)), field: fieldName(path) };
    });
    return { clinics: [parsed.data], problems: [], numbers };
  }
  const problems = parsed.error.issues.flatMap((issue) =>
    told(issue).map(({ path, text }) => ({
      line: lineAt(offsetOf(document, path)),
      text: `${fieldName(path)} ${text}`.trim(),
    })),
  );
  return failing(...problems);
}

function failing(...problems: readonly FileProblem[]): FileReading {
  return { clinics: [], problems, numbers: [] };
}

/** Aliases are followed; so many that they would grow into something else are refused. */
function contentOf(document: Document.Parsed): { readonly content: unknown } | { readonly problem: string } {
  if (!isMap(document.contents)) return { problem: 'holds no clinic' };
  try {
    return { content: document.toJS() };
  } catch (error) {
    return { problem: String(error) };
  }
}

/** One field each, where the issue is about several at once. */
function told(issue: z.core.$ZodIssue): readonly { readonly path: Path; readonly text: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, text: issue.message }];
  return issue.keys.map((key) => ({ path: [...issue.path, key], text: 'is no field here' }));
}

/** `services[2].minutes`, counted from 1 as lines are. */
function fieldName(path: Path): string {
  return path
    .map((step, n) => (typeof step === 'number' ? `[${step + 1}]` : `${n > 0 ? '.' : ''}${String(step)}`))
    .join('');
}

/** Where a field begins in the text: at its name, or where it is missing, what it is missing from. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    if (isMap(parent)) {
      const key = parent.items.map((pair) => pair.key).find((each) => isScalar(each) && each.value === last);
      if (isNode(key) && key.range) return key.range[0];
    }
    const node = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.range[0];
}
