/** Whether a word that was heard may be a word that is known: a slip of the ear or of the keyboard. */

/** In shorter words one letter makes another name: "Mara" is no Maya. */
const LEAST_LETTERS = 5;

/** One letter wrong, missing, added or swapped with its neighbour. Both in lower-case letters. */
export function isSlipOf(heard: string, known: string): boolean {
  if (heard === known || Math.max(heard.length, known.length) < LEAST_LETTERS) return false;
  if (Math.abs(heard.length - known.length) > 1) return false;
  let from = 0;
  while (from < heard.length && heard[from] === known[from]) from++;
  const [a, b] = [heard.slice(from), known.slice(from)];
  if (a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1)) return true;
  return a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
}

/** Words that sound alike however they are spelt: "Reese" and "Ruiz", "botocks" and "Botox". Enough to ask, not to decide. */
export function soundsLike(heard: string, known: string): boolean {
  const sound = soundOf(heard);
  return sound.length > 1 && sound === soundOf(known);
}

/** The consonants that are heard, alike ones written alike; whether a word begins with a vowel counts as well. */
function soundOf(word: string): string {
  return word
    .replace(/ph/g, 'f')
    .replace(/x/g, 'ks')
    .replace(/c(?=[eiy])/g, 's')
    .replace(/ck|[cqg]/g, 'k')
    .replace(/[zs]+h?/g, 's')
    .replace(/^[aeiouyh]+/, 'a')
    .replace(/(?<=.)[aeiouyhw]+/g, '')
    .replace(/(.)\1+/g, '$1');
}
