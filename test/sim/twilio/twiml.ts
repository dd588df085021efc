/**
 * A TwiML document: parsed, and refused where Twilio would refuse it.
 */
import { parseXml, type XmlElement, XmlError } from './xml.ts';

/** A voice verb with its attributes, text and nouns. */
export type Verb = XmlElement;

/** Codes from twilio.com/docs/api/errors. */
export const TWIML_ERRORS = {
  unreachable: 11200,
  notWellFormed: 12100,
  unknownVerb: 12100,
  badContentType: 12300,
  badAttribute: 12200,
} as const;

/** A document that could not be had or run; `code` is Twilio's own. */
export class TwimlError extends Error {
  override readonly name = 'TwimlError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(`${code}: ${message}`);
    this.code = code;
  }
}

const VOICE_VERBS = new Set([
  'Connect',
  'Dial',
  'Gather',
  'Hangup',
  'Pause',
  'Play',
  'Record',
  'Redirect',
  'Reject',
  'Say',
]);

/** The verbs of a voice document, in order. Throws `TwimlError`. */
export function parseVoiceTwiml(source: string): readonly Verb[] {
  const verbs = parseResponse(source).children;
  for (const verb of verbs) {
    if (!VOICE_VERBS.has(verb.name)) throw new TwimlError(TWIML_ERRORS.unknownVerb, `unknown verb <${verb.name}>`);
  }
  return verbs;
}

/** The texts of the `<Message>` verbs of an SMS document; none when the body is empty. Throws `TwimlError`. */
export function parseMessagingTwiml(source: string): readonly string[] {
  if (source.trim() === '') return [];
  return parseResponse(source)
    .children.filter((verb) => verb.name === 'Message')
    .map((verb) => verb.children.find((noun) => noun.name === 'Body')?.text ?? verb.text);
}

/** A verb's attribute as a whole number of seconds or digits, or the default. Throws `TwimlError` where it is none. */
export function numberAttribute(verb: Verb, name: string, fallback: number): number {
  const value = verb.attributes[name];
  if (value === undefined || value === '') return fallback;
  if (!/^\d+$/.test(value)) throw new TwimlError(TWIML_ERRORS.badAttribute, `<${verb.name} ${name}="${value}">`);
  return Number(value);
}

function parseResponse(source: string): XmlElement {
  const root = wellFormed(source);
  if (root.name !== 'Response') throw new TwimlError(TWIML_ERRORS.notWellFormed, `the root element is <${root.name}>`);
  return root;
}

function wellFormed(source: string): XmlElement {
  try {
    return parseXml(source);
  } catch (error) {
    if (error instanceof XmlError) throw new TwimlError(TWIML_ERRORS.notWellFormed, error.message);
    throw error;
  }
}
