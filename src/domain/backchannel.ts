/** Sounds that say "go on": what a listener says without wanting the floor. */

/** Each a nod by itself, in the languages Ava speaks; longer ones first, so that "all right" is not read as "all". */
const NODS = [
  String.raw`m+-?h+m+|m{2,}|h+m+|uh-? ?huh|aha|ah|oh|uh|ajá`,
  String.raw`o\.?k\.?(?:ay)?|yeah|yep|yup|yes|right|sure|alright|all right|cool|good|great|perfect|nice|wow|i see|got it|got you|gotcha|exactly|of course|sounds good|makes sense|thank you|thanks`,
  String.raw`ja|genau|gut|klar|alles klar|stimmt|ach ?so|jo|jap|passt|super|verstehe|richtig|danke`,
  String.raw`sí|si|vale|claro(?: que sí)?|ya|de acuerdo|entiendo|entendido|perfecto|así es|muy bien|gracias`,
  String.raw`oui|ouais|d'accord|très bien|bien sûr|entendu|je vois|voilà|merci`,
].join('|');

/** At most so many nods in a row; whoever makes more of them wants something. */
const NODS_LIMIT = 4;
const ONLY_NODS = new RegExp(String.raw`^[^\p{L}\p{N}]*(?:(?:${NODS})(?![\p{L}'-])[\s,.!…-]*){0,${NODS_LIMIT}}$`, 'u');

/** Whether words said over Ava ask for nothing; no words at all (a cough) are no interruption either. */
export function isBackchannel(words: string): boolean {
  return ONLY_NODS.test(words.toLowerCase().replace(/[’‘]/g, "'").trim());
}
