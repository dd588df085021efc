/**
 * The receptionist's little Spanish, for as long as her instructions let her speak it: she answers questions about the
 * clinic, puts through whoever wants more, and says goodbye. As pure as the rest of her.
 */

import type { BrainContext, BrainItem, BrainReply } from './brain.ts';
import { factsSpoken } from './facts.ts';
import type { Topic } from './intent.ts';
import { parsedObject } from './json.ts';
import type { Toolbox } from './toolbox.ts';

const SPANISH =
  /[¿¡]|\b(?:hola|gracias|adi[oó]s|quiero|quisiera|necesito|cu[aá]ndo|cu[aá]nto|qu[eé] hora|abren|cierran|cita|por favor|buen[oa]s (?:d[ií]as|tardes|noches))\b/i;
const ENGLISH =
  /\b(?:the|what|you|your|i'd|i'm|is|are|would|please|thanks|thank|hello|appointment|english|yes|for|with)\b/i;

const TOPICS: readonly (readonly [Topic, RegExp])[] = [
  ['prices', /cu[aá]nto (?:cuesta|vale|es)|\bprecios?\b/i],
  ['hours', /\b(?:horarios?|abren|abiertos?|cierran)\b/i],
  ['location', /\b(?:d[oó]nde est[aá]n|direcci[oó]n)\b/i],
];
const GOODBYE = /\badi[oó]s\b|\bhasta luego\b|\bnada m[aá]s\b|\beso es todo\b/i;
/** Neither letters before nor after, accented ones included. */
const whole = (word: string): RegExp => new RegExp(`(?<!\\p{L})${word}(?!\\p{L})`, 'giu');

const VOCABULARY: readonly (readonly [string, string])[] = [
  ['Monday', 'lunes'],
  ['Tuesday', 'martes'],
  ['Wednesday', 'miércoles'],
  ['Thursday', 'jueves'],
  ['Friday', 'viernes'],
  ['Saturday', 'sábado'],
  ['Sunday', 'domingo'],
  ['AM', 'de la mañana'],
  ['PM', 'de la tarde'],
  ['closed', 'cerrado'],
  ['and', 'y'],
  ['to', 'a'],
];

/** Whether she may speak it, and the caller did when they last said something in either language. */
export function isInSpanish({ sessionInstructions, items }: BrainContext): boolean {
  if (!/\bspanish\b/i.test(sessionInstructions)) return false;
  const told = items.findLast((item) => item.kind === 'caller' && (SPANISH.test(item.text) || ENGLISH.test(item.text)));
  return told?.kind === 'caller' && !ENGLISH.test(told.text);
}

export function spanishReply({ items }: BrainContext, tools: Toolbox): BrainReply {
  const last = items.findLast((item) => item.kind !== 'system');
  const asked = items.findLast((item) => item.kind === 'caller');
  if (last?.kind === 'output') return answered(items, last, asked?.kind === 'caller' ? asked.text : '');
  if (last?.kind !== 'caller') return { say: '¿En qué más puedo ayudarle?' };
  if (!last.audible) return { say: 'Perdón, no le he entendido. ¿Podría repetirlo?' };
  const topic = topicOf(last.text);
  if (topic !== undefined) return call(tools, 'get_clinic_info', { topic });
  if (GOODBYE.test(last.text)) {
    return { say: 'Gracias por llamar. ¡Adiós!', ...call(tools, 'end_call', { reason: 'The caller said goodbye.' }) };
  }
  return {
    say: 'Para eso le paso con nuestro personal.',
    ...call(tools, 'transfer_to_staff', { reason: 'A wish in Spanish.' }),
  };
}

function topicOf(text: string): Topic | undefined {
  return TOPICS.find(([, pattern]) => pattern.test(text))?.[0];
}

function answered(items: readonly BrainItem[], output: BrainItem & { kind: 'output' }, words: string): BrainReply {
  const asked = items.find((item) => item.kind === 'call' && item.callId === output.callId);
  const answer = parsedObject(output.output) ?? {};
  if (asked?.kind !== 'call' || asked.name !== 'get_clinic_info') return {};
  if (answer['success'] !== true) return { say: 'Lo siento, ahora no puedo consultarlo.' };
  const topic = topicOf(words);
  const hours = topic === 'hours' ? answer['hours'] : undefined;
  const told = typeof hours === 'string' ? hours : factsSpoken(answer, topic && { topic, words });
  const opening = typeof hours === 'string' ? 'Nuestro horario es: ' : '';
  return { say: `${opening}${translated(told).replace(/\.?$/, '.')} ¿Puedo ayudarle en algo más?` };
}

/** Days, hours and prices, word for word; names stay what they are. */
function translated(text: string): string {
  return VOCABULARY.reduce((sentence, [english, spanish]) => sentence.replace(whole(english), spanish), text);
}

function call(tools: Toolbox, name: string, known: Readonly<Record<string, string>>): Pick<BrainReply, 'calls'> {
  return tools.has(name) ? { calls: [{ name, arguments: tools.argumentsFor(name, known) }] } : {};
}
