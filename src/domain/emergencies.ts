/**
 * Words that must reach a person at once. Found by code in what the caller said, so that no model's mood decides; a
 * false alarm costs a phone call, a missed one may cost more. Patterns by language, and phrases of the clinic's own.
 */

const PATTERNS: Readonly<Record<string, readonly RegExp[]>> = {
  en: [
    /\bchest (?:pain|hurts|pressure)\b|\bpain in my chest\b/,
    /\b(?:can't|cannot|can not|trouble|difficulty|hard to|struggling to|unable to) (?:breathe?|breathing|swallow(?:ing)?)\b/,
    /\b(?:swelling|swollen|swelled)\b.*\b(?:face|lips?|tongue|throat|eyes?|after|since|treatment|injection|filler|botox)\b/,
    /\b(?:face|lips?|tongue|throat|eyes?)\b.*\b(?:swelling|swollen|swelled)\b/,
    /\b(?:allergic reaction|anaphyla\w+|hives all over)\b/,
    /\b(?:can't|cannot|lost|losing|sudden\w*) (?:see|my (?:sight|vision)|vision loss)\b|\bgoing blind\b/,
    /\b(?:passed out|fainted|unconscious|seizure|having a stroke|heart attack)\b/,
    /\b(?:bleeding (?:a lot|heavily|won't stop|that won't stop)|won't stop bleeding)\b/,
    /\b(?:skin|lips?|nose|area) (?:is |has |have )?(?:turn(?:ed|ing) )(?:white|black|blue|gr[ae]y)\b/,
    /\b(?:kill(?:ing)? myself|suicid\w+|end(?:ing)? my life|hurt(?:ing)? myself|self[- ]harm\w*|don't want to live|want to die)\b/,
    /\b(?:overdos\w+)\b/,
  ],
  es: [
    /\bdolor (?:en el|de) pecho\b/,
    /\bno puedo respirar\b|\b(?:dificultad|problemas) para respirar\b/,
    /\b(?:cara|labios?|lengua|garganta|ojos?)\b.*\bhinchad\w+|\bhinchaz[oó]n\b/,
    /\breacci[oó]n al[eé]rgica\b/,
    /\b(?:suicid\w+|matarme|quitarme la vida|hacerme daño|no quiero vivir)\b/,
    /\bno para de sangrar\b|\bsangr\w+ mucho\b/,
    /\b(?:desmay\w+|inconsciente|convulsi[oó]n|infarto)\b/,
  ],
};

/**
 * Whether a caller's words are an emergency. `language` is BCP 47; English is always listened for as well. `ownPhrases`
 * are the clinic's, matched as plain words.
 */
export function isEmergency(words: string, language: string, ownPhrases: readonly string[] = []): boolean {
  const said = words.toLowerCase().replace(/[’‘]/g, "'");
  if (ownPhrases.some((phrase) => phrase !== '' && said.includes(phrase.toLowerCase()))) return true;
  const primary = language.slice(0, 2).toLowerCase();
  const patterns = [...(PATTERNS.en ?? []), ...(primary === 'en' ? [] : (PATTERNS[primary] ?? []))];
  return patterns.some((pattern) => pattern.test(said));
}
