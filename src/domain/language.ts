/**
 * Which of a clinic's languages a caller speaks, read off the small words of a turn. Names, numbers and what a treatment
 * is called say nothing, so no such word is in the tables: no articles that stand in names (de la Cruz, Los Angeles, van
 * der Berg), no number words, no words that two of the languages share. English, Spanish, French and German are known.
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Without accents: what was written down has them or not. */
const SMALL_WORDS: Readonly<Record<string, ReadonlySet<string>>> = {
  en: words(`
    i i'm i'd i'll i've you you're your yours we we're our they he she it it's is isn't are aren't were been be
    the and but or if because this that that's these those there there's here what what's when where why how who which
    to of for from with at by about into than then just very much some any every
    would wouldn't could couldn't can can't should do does don't doesn't did didn't have haven't has had
    my mine name like want need make take get give know think call called calling speak talk tell
    book appointment please hello hi hey thanks thank yes yeah sorry okay
    today tomorrow morning afternoon evening week next monday tuesday wednesday thursday friday saturday sunday`),
  es: words(`
    yo usted ustedes ella nosotros mi mis su sus nuestro una unas unos este esta estos ese esa eso aqui alli
    y o pero porque tambien con por para sin sobre hasta desde muy mas bien nada algo alguien
    que cual cuando cuanto cuanta cuantos cuesta donde como quien si
    soy eres esta estan estoy estamos hay tengo tiene tienen tienes puedo puede pueden podria quiero quiere quisiera
    necesito gustaria hacer hago reservar cambiar cancelar llamo llamar hablar hablo habla saber
    hola buenos buenas dias tardes noches gracias favor adios vale claro
    cita horario hora horas abren abierto cierran hoy manana semana proximo proxima
    lunes martes miercoles jueves viernes sabado`),
  fr: words(`
    je tu vous nous ils elle elles votre vos notre mes ses une ce cet cette ces ceci cela ca
    et ou mais parce aussi avec pour dans sur sans chez tres bien rien quelque
    que qui quel quelle quels quand combien pourquoi si
    suis etes sommes ai avez avons sont etre avoir peux puis peut pouvez pourrais voudrais aimerais veux faut
    prendre changer annuler appelle parler parlez savoir ne pas
    bonjour bonsoir merci oui non plait rendez
    heure heures ouvert ouverts ouvrez fermez aujourd demain matin midi soir semaine prochain prochaine
    lundi mardi mercredi jeudi vendredi samedi`),
  de: words(`
    ich sie wir ihr ihre ihren ihnen mir mich uns mein meine meinen unser ein eine einen einem einer kein keine das dem
    und oder aber weil auch mit fur auf bei nach zum zur ohne uber sehr noch schon nur etwas nichts
    wann wie wo wer warum welche welcher welchen wieviel viel
    bin bist ist sind seid habe haben hatte kann konnen konnte mochte mochten wurde gerne gern brauche muss geht gibt
    vereinbaren verschieben absagen machen heisse sprechen sprechen wissen nicht
    hallo guten danke bitte ja nein tschuss
    termin uhr geoffnet offen heute morgen vormittag nachmittag abend woche nachste nachsten
    montag dienstag mittwoch donnerstag freitag samstag sonntag`),
};

/** What a language calls itself: "¿Habla español?" asks for it in two words. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  english: 'en',
  espanol: 'es',
  castellano: 'es',
  francais: 'fr',
  deutsch: 'de',
};
const OWN_NAME_HITS = 2;

/** A turn of fewer words is an answer, a name, a yes: it says nothing of a language. */
const LEAST_WORDS = 3;
const LEAST_HITS = 2;
/** How many times as many hits the language needs as the next best. */
const LEAD = 3;

/**
 * The one of `languages` (BCP 47) that a caller's turn is in; of two kinds of one language the first. Null where it is
 * too short, mixed, or in none of them: the language then stays what it was.
 */
export function languageOf(turn: string, languages: readonly string[]): string | null {
  const heard = wordsOf(turn);
  const isNamed = heard.some((word) => Object.hasOwn(OWN_NAMES, word));
  if (heard.length < LEAST_WORDS && !isNamed) return null;
  const [best, next] = Object.keys(SMALL_WORDS)
    .map((code) => ({ code, hits: hitsOf(code, heard, turn) }))
    .sort((a, b) => b.hits - a.hits);
  if (!best || best.hits < LEAST_HITS || best.hits < LEAD * (next?.hits ?? 0)) return null;
  return languages.find((language) => primary(language) === best.code) ?? null;
}

/** `en` of `en-US`. */
export function primary(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? '';
}

function hitsOf(code: string, heard: readonly string[], turn: string): number {
  const small = heard.filter((word) => SMALL_WORDS[code]?.has(word) || (code === 'fr' && ELIDED.test(word))).length;
  const named = heard.some((word) => Object.hasOwn(OWN_NAMES, word) && OWN_NAMES[word] === code) ? OWN_NAME_HITS : 0;
  return small + named + (code === 'es' && /[¿¡]/.test(turn) ? 1 : 0);
}

/** French runs small words together: j'ai, c'est, qu'il, n'est. Names do so with d' and l'. */
const ELIDED = /^(?:j|c|qu|n)'/;

function wordsOf(turn: string): string[] {
  const plain = turn.normalize('NFD').replace(/\p{M}/gu, '').replace(/ß/g, 'ss').replace(/[’‘]/g, "'").toLowerCase();
  return plain.match(/\p{L}+(?:'\p{L}+)*/gu) ?? [];
}
