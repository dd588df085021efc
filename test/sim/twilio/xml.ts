/**
 * The XML that TwiML needs: elements, attributes, text, entities, comments, CDATA, a prolog. No namespaces, no DTD.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** The element's own text, trimmed, its runs of white space made one space. */
  readonly text: string;
}

export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const MAX_DEPTH = 32;
const SKIPPED = /^(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>]*>)/;
const OPENING = /^<([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The document's root element. Throws `XmlError` when the text is no well-formed document. */
export function parseXml(source: string): XmlElement {
  const text = source.replace(/^\uFEFF/, '');
  const start = skip(text, 0);
  const { element, end } = parseElement(text, start, 0);
  const rest = skip(text, end);
  if (rest < text.length) throw new XmlError(`content after the root element at ${rest}`);
  return element;
}

function skip(text: string, from: number): number {
  let at = from;
  for (let match = SKIPPED.exec(text.slice(at)); match !== null; match = SKIPPED.exec(text.slice(at))) {
    at += match[0].length;
  }
  return at;
}

function parseElement(text: string, from: number, depth: number): { element: XmlElement; end: number } {
  if (depth > MAX_DEPTH) throw new XmlError('nested too deep');
  const opening = OPENING.exec(text.slice(from));
  if (opening === null) throw new XmlError(`an element was expected at ${from}`);
  const [whole, name = '', attributeText = '', selfClosing] = opening;
  const attributes = parseAttributes(attributeText);
  const inside = from + whole.length;
  if (selfClosing === '/') return { element: { name, attributes, children: [], text: '' }, end: inside };
  const content = parseContent(text, inside, name, depth);
  const element = { name, attributes, children: content.children, text: content.text.replace(/\s+/g, ' ').trim() };
  return { element, end: content.end };
}

interface Content {
  readonly children: readonly XmlElement[];
  readonly text: string;
  readonly end: number;
}

function parseContent(text: string, from: number, name: string, depth: number): Content {
  const children: XmlElement[] = [];
  let own = '';
  let at = from;
  for (;;) {
    const next = text.indexOf('<', at);
    if (next < 0) throw new XmlError(`<${name}> is never closed`);
    own += decode(text.slice(at, next));
    if (text.startsWith('</', next)) {
      const closing = /^<\/([\w.:-]+)\s*>/.exec(text.slice(next));
      if (closing?.[1] !== name) throw new XmlError(`</${name}> was expected at ${next}`);
      return { children, text: own, end: next + closing[0].length };
    }
    if (text.startsWith('<![CDATA[', next)) {
      const end = text.indexOf(']]>', next);
      if (end < 0) throw new XmlError('CDATA is never closed');
      own += text.slice(next + '<![CDATA['.length, end);
      at = end + ']]>'.length;
      continue;
    }
    const skipped = skip(text, next);
    if (skipped > next) {
      at = skipped;
      continue;
    }
    const child = parseElement(text, next, depth + 1);
    children.push(child.element);
    at = child.end;
  }
}

function parseAttributes(source: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', double, single] of source.matchAll(ATTRIBUTE)) {
    if (Object.hasOwn(attributes, name)) throw new XmlError(`the attribute ${name} is given twice`);
    attributes[name] = decode(double ?? single ?? '');
  }
  return attributes;
}

function decode(text: string): string {
  return text.replace(/&([^;&\s]{0,10});?/g, (whole, name: string) => {
    if (/^#\d+$/.test(name)) return String.fromCodePoint(Number(name.slice(1)));
    if (/^#x[0-9a-f]+$/i.test(name)) return String.fromCodePoint(Number.parseInt(name.slice(2), 16));
    const known = ENTITIES[name];
    if (known === undefined || !whole.endsWith(';')) throw new XmlError(`unknown entity ${whole}`);
    return known;
  });
}
