/**
 * What callers say in an emergency, by language: signs in the body, after a treatment, and in the mind. Written for words
 * in lower case without accents (`plain` in emergencies.ts), so that every pattern is ASCII.
 */

export interface Signs {
  /** Count unless they are denied, long past, or only asked about. */
  readonly signs: RegExp;
  /** Count however they are said: whoever speaks of it needs a person. */
  readonly always: RegExp;
  /** Fits the words before a sign where they deny it. */
  readonly denied: RegExp;
  /** The clause speaks of what was long ago, may be one day, or is a figure of speech. */
  readonly idle: RegExp;
  /** The clause asks in general: nobody in it has anything. */
  readonly asks: RegExp;
  /** Somebody in the clause has something after all. */
  readonly somebody: RegExp;
}

/** Any of these; what stands in one line is one kind of sign. */
function any(...patterns: readonly string[]): RegExp {
  return new RegExp(patterns.join('|'));
}

const DENYING = String.raw`(?:no|not|never|without|less|isn't|aren't|wasn't|weren't|don't|doesn't|pas|sans|sin|nicht|keine)(?! (?:only|just|nur|solo|seulement)\b)`;
/** Up to so many words between two of a pattern; none of them denies the second. */
const near = (words: number): string => String.raw`(?:[\s,]+(?!(?:${DENYING})\b)[\w']+){0,${words}}?[\s,]+`;

const EN_TREATMENT = String.raw`(?:treatment|inject\w+|fillers?|botox|procedure|appointment|peel|laser|session|shots?|visit|surgery)`;
const EN_SWELLING = String.raw`(?:swelling|swollen|swelled|swells?|puffed up|ballooned|ballooning)`;
const EN_PARTS = String.raw`(?:face|lips?|tongue|throat|eyes?|eyelids?|neck|mouth|cheeks?)`;
const EN_SKIN = String.raw`(?:skin|lips?|nose|area|cheeks?|forehead|spot|chin)`;
const EN_PALE = String.raw`(?: all| completely| really| very)? (?:white|black|blue|purple|gr[ae]y)`;
const EN_NOT = String.raw`(?:no(?!,)|not(?! (?:only|just))|never|without|neither|nor|don't|doesn't|didn't|haven't|hasn't|hadn't|isn't|aren't|wasn't|weren't|won't|wouldn't)`;

const ENGLISH: Signs = {
  signs: any(
    String.raw`\bchest (?:pains?|pressure|tightness|is tight|feels tight|hurts|is hurting|is killing me)\b|\bmy chest,? (?:it |that |really |so )+hurts\b|\bsitting on (?:my|his|her) chest\b`,
    String.raw`\b(?:pains?|pressure|tightness|stabbing|crushing)${near(1)}(?:in|on)(?: (?:my|his|her|the))? chest\b`,
    String.raw`\b(?:can't|cannot|can not|can hardly|can barely|couldn't|hard to|struggling to|unable to|not able to) (?:breathe?|get (?:any )?air|catch (?:my|his|her) breath)\b(?! through (?:my|his|her) nose)`,
    String.raw`\b(?:trouble|difficulty|difficulties|problems?|hard time) breathing\b|\b(?:short of|shortness of) breath\b`,
    String.raw`\b(?:not|isn't|stopped|barely|hardly) breathing\b|\bwheezing\b|\bchoking\b(?! up\b)|\b(?:gasping|struggling|fighting) for (?:air|breath)\b`,
    String.raw`\b(?:can't|cannot|can not|trouble|difficulty|hard to|unable to) swallow(?:ing)?\b(?! (?:pills?|tablets?|the price))`,
    String.raw`\bthroat (?:is |feels |keeps )?(?:clos(?:ing|ed)|tight(?:ening)?)\b`,
    String.raw`\b${EN_SWELLING}${near(6)}${EN_PARTS}\b|\b${EN_PARTS}${near(8)}${EN_SWELLING}\b`,
    String.raw`\b${EN_SWELLING}${near(6)}(?:after|since|from|following)${near(4)}${EN_TREATMENT}\b`,
    String.raw`\b(?:after|since|following)${near(4)}${EN_TREATMENT}${near(6)}${EN_SWELLING}\b`,
    String.raw`\b(?:allergic|bad|severe) reactions?\b|\banaphyla\w+\b|\bhives all over\b`,
    String.raw`\b(?:can't|cannot|can not) see(?: (?:anything|out of|from my|with my|clearly|properly|at all|any ?more)\b|[\s.!]*$)`,
    String.raw`\b(?:lost|losing|loss of)(?: (?:my|his|her|the|some))? (?:eye)?(?:sight|vision)\b|\b(?:going|gone|went) blind\b|\bcan't open my (?:left |right )?eyes?\b`,
    String.raw`\b(?:blurry|blurred|double) vision\b|\b(?:vision|(?:eye)?sight|everything) (?:is|went|got|goes|has gone|is going) (?:all )?(?:blurry|blurred|black|dark|double|gone)\b|\b(?:see|seeing) double\b(?! (?:chins?|prices?|charges?|bookings?)\b)`,
    String.raw`\b(?:passed out|passing out|faint(?:ed|ing)|unconscious|unresponsive|not responding|collapsed|seizures?)\b`,
    String.raw`\b(?:going to|gonna|about to) (?:pass out|faint|collapse)\b|\bfeel(?:s|ing)?(?: so| very| really)? faint\b|\b(?:he|she|they) (?:won't|will not|doesn't) wake up\b|\b(?:can't|cannot) wake (?:him|her|them)\b`,
    String.raw`\b(?:having|had|have|has|like) a stroke\b|\bheart attack\b|\bslurr(?:ed|ing)\b|\b(?:numb\w*|droop\w*|weak\w*|paralyzed)${near(4)}side of (?:my|his|her) (?:face|body)\b|\bside of (?:my|his|her) (?:face|body)${near(2)}(?:numb\w*|droop\w*|weak\w*|paralyzed)\b|\bface (?:is|looks) droop\w+|\bcan't move (?:my|his|her) (?:arm|leg)s?\b`,
    String.raw`\bheart (?:is |keeps )?(?:racing|(?:beating|pounding)(?: so| very| really)? (?:fast|hard))\b|\bpalpitations\b`,
    String.raw`\bbleeding (?:a lot|heavily|badly|everywhere|profusely|nonstop|non-stop|won't stop|that won't stop|and it won't stop)\b`,
    String.raw`\b(?:won't|doesn't|will not|does not|can't|cannot)(?: \w+)? stop(?: the)? bleeding\b|\b(?:bleeding|blood) (?:won't|doesn't|will not) stop\b|\b(?:lost|losing) (?:a lot of|so much|too much) blood\b|\bblood everywhere\b`,
    String.raw`\b${EN_SKIN}${near(5)}(?:turn(?:ed|ing|s)|gone|went|going)${EN_PALE}\b|\blips? (?:is|are|looks?)${EN_PALE}\b`,
    // What a skin simply is, is its colour; since a treatment, or cold, it is dying.
    String.raw`\b${EN_SKIN}${near(5)}(?:is|are|looks?)${EN_PALE} (?:and (?:it's )?(?:cold|numb|painful)|(?:[\w']+ ){0,2}(?:after|since|from|following|where you))\b`,
    String.raw`\b(?:after|since|following)${near(4)}${EN_TREATMENT}${near(6)}(?:is|are|looks?)${EN_PALE}\b`,
    String.raw`\b(?:severe|unbearable|excruciating|extreme|terrible|horrible|agonizing) (?:\w+ )?pain\b|\bpain (?:is|has become|has gotten|gets)(?: \w+)? (?:severe|unbearable|excruciating)\b`,
    String.raw`\b(?:chemical|severe|bad|third[- ]degree) burns?\b|\bburn(?:ed|t) (?:me|my \w+) (?:badly|really bad)\b|\b(?:skin|face|lips?) (?:is|are|has|started)(?: \w+)? blister(?:ing|ed)\b|\bblister(?:s|ing|ed)${near(5)}(?:after|since|from|following)${near(4)}${EN_TREATMENT}\b`,
    String.raw`\b(?:i'm|i am|i think i'm|he's|she's|he is|she is) dying\b(?! (?:to|for|of (?:curiosity|boredom|laughter|embarrassment)|inside|over|laughing|here)\b)`,
    String.raw`\b(?:this is|it's|it is|have|having) an emergency\b(?! (?:contact|number))|\bmedical emergency\b|\b(?:need|call|get)(?: me)? (?:an ambulance|911|nine one one)\b`,
    String.raw`\boverdos(?:e|ed|ing)\b|\b(?:took|taken|swallowed) (?:too many|all (?:of )?(?:my|the|his|her)|a bottle of)(?: sleeping)? (?:pills|tablets)\b|\bpoisoned\b`,
  ),
  always: any(
    String.raw`\bkill(?:ing)? (?:myself|himself|herself)\b|\bsuicid(?:e|al)\b|\b(?:end|ending|take|taking) my (?:own )?life\b|\bend(?:ing)? it all\b`,
    String.raw`\bself[- ]?harm\w*\b|\b(?:harm|harming) myself\b|\bbeen (?:cutting|hurting) myself\b|\b(?:want|wanted|going|urge|plan|planning|thinking (?:of|about)|feel like|thoughts of)(?: to)? (?:hurt|hurting|cut|cutting) myself\b`,
    String.raw`\b(?:don't|do not|didn't) want to (?:live\b(?! (?:with|without|in|near)\b)|be alive|be here any ?more|go on living)|\bwant(?:ed)? to die\b(?! (?:my|for)\b)|\bwish i (?:was|were) dead\b|\bbetter off dead\b|\bno (?:reason to live|point in (?:living|going on))\b|\b(?:don't|do not) (?:see|have) (?:the|a|any) (?:point|reason) (?:in|to|of) (?:living|live|going on|go on)\b`,
    String.raw`\b(?:don't|do not|didn't) want to wake up(?: any ?more| again| tomorrow|[\s.!]*$)|\bcan't go on (?:living\b|any ?more\b)`,
  ),
  denied: new RegExp(
    String.raw`\b${EN_NOT}(?! (?:know|sure|feel well|feeling well|well)\b)(?:,? (?!i\b|i'm|my\b|he\b|she\b|it's?\b|they\b|we\b|is\b|are\b|am\b|what\b|but\b|now\b|because\b|since\b|help\b|please\b|so\b|well\b|good\b)[\w'-]+){0,6},? ?$`,
  ),
  idle: any(
    String.raw`\b(?:years?|months?|decades?) ago\b|\blast (?:year|month|summer|winter|spring|fall|autumn)\b|\bin (?:19|20)\d\d\b`,
    String.raw`\bhistory of\b|\bin the past\b|\bwhen i was (?:a|little|young|younger|pregnant)\b|\bas a (?:child|kid|baby)\b|\bused to (?:have|get)\b|\bruns in\b`,
    String.raw`\bwhat if\b|\bwhat happens (?:if|when)\b|\b(?:just )?in case\b|\brisks? of\b|\bside effects?\b`,
    String.raw`^\W*(?:(?:and|so|but|hi|hello|okay|well)\W+)*(?:how \w+ )?will (?:my|i|it|there|the|they)\b|\bshould i expect\b|\b(?:avoid|prevent|know about|look less|less swollen)\b|\bget rid of\b(?!.*\b(?:after|since)\b)|\b(?:swelling|swollen)(?: \w+){0,3} (?:went|gone|going|goes|go) (?:down|away)\b`,
    String.raw`\b(?:worried|concerned|nervous|afraid|scared|ask|asking|question|questions|wondering|curious) (?:about|of|whether|if)\b(?!.*\b(?:my|the|this) )`,
    String.raw`^\W*am i (?:going to|gonna)\b|\b(?:afraid|scared|fear) of (?:fainting|passing out)\b|\bnervous about (?:fainting|passing out)\b`,
    String.raw`\b(?:fainted|passed out) once\b(?!.*\b(?:since|just|now|today)\b)|\bonce (?:fainted|passed out)\b`,
    String.raw`\b(?:almost|nearly|gave me|give me|gives me|about had)(?: had)? a heart attack\b`,
    String.raw`\b(?:had|have had|'ve had|has had|get|gets|once had) (?:an |a |bad |severe )*allergic reactions?\b(?!.*\b(?:just|now|today|tonight|yesterday|morning|night|after|since|the|your|my|this)\b)`,
  ),
  asks: /^\W*(?:(?:and|so|but|hi|hello|okay|well|sorry|um|also)\W+)*(?:is|are|does|do|did|will|would|can|could|may|might|how|what|which|should|when|why)\b/,
  somebody:
    /\b(?:i|i'm|i've|my|me|he|he's|his|she|she's|her|we|our|us|mom|mother|dad|father|husband|wife|son|daughter|friend|someone|somebody)\b(?<!\b(?:can|could|should|do|will|would|may|might) (?:i|we))/,
};

const SPANISH: Signs = {
  signs: any(
    String.raw`\bdolor(?:es)? (?:fuerte |muy fuerte )?(?:en el|de) pecho\b|\bme duele (?:mucho )?el pecho\b|\b(?:presion|opresion) en el pecho\b`,
    String.raw`\bno (?:puedo|puede|podemos) (?:ni )?(?:respirar|tragar)\b|\b(?:dificultad|problemas|me cuesta|le cuesta|falta de aire)(?: (?:para|al))?(?: (?:respirar|tragar))?\b(?<=respirar|tragar|aire)|\bme (?:falta el aire|ahogo|estoy ahogando|asfixio)\b`,
    String.raw`\bno respira\b|\bse me (?:cierra|esta cerrando) la garganta\b`,
    String.raw`\b(?:cara|labios?|lengua|garganta|ojos?|parpados?|cuello|boca)${near(4)}(?:hinch\w+|inflamad\w+)|\b(?:hinch\w+|inflamad\w+)${near(4)}(?:cara|labios?|lengua|garganta|ojos?|parpados?|cuello|boca)\b`,
    String.raw`\b(?:hinchazon|hinchad\w+|inflamacion)${near(5)}(?:despues|desde|tras)\b|\b(?:despues|desde|tras)${near(5)}(?:hinchazon|hinchad\w+|hincho)\b`,
    String.raw`\breaccion alergica\b|\banafila\w+|\bronchas por todo\b`,
    String.raw`\bno (?:puedo ver|veo)(?: (?:nada|bien|con|de un))?[\s.!]*$|\bno (?:puedo ver|veo) (?:nada|bien|por)\b|\bno veo (?:con|por|de) (?:el|un|mi|ningun) ojo\b|\b(?:perdi|perdiendo|perdido) la (?:vista|vision)\b|\bvision borrosa\b|\bveo (?:borroso|doble)\b`,
    String.raw`\b(?:desmay\w+|inconsciente|convulsi\w+|infarto|ataque al corazon|derrame cerebral)\b|\bperdi(?:o)? el conocimiento\b`,
    String.raw`\bno (?:para|deja|paro) de sangrar\b|\bsangr\w+ (?:mucho|muchisimo|demasiado|sin parar)\b`,
    String.raw`\b(?:piel|labios?|nariz|zona)${near(3)}(?:poniendo|pone|puso|puesto|volviendo|vuelto|quedo|quedado|esta|estan)(?: muy| toda| todo)? (?:blanc[oa]|negr[oa]|azul|morad[oa]|gris)(?:e?s)?\b`,
    String.raw`\bdolor (?:muy fuerte|insoportable|terrible|horrible|intenso)\b|\bsobredosis\b|\bme (?:estoy muriendo|muero)\b(?! (?:de|por)\b)`,
    String.raw`\b(?:es|tengo) una emergencia\b|\b(?:necesito|llame|llamen)(?: a)? una ambulancia\b`,
  ),
  always: any(
    String.raw`\bsuicid\w+|\b(?:matarme|quitarme la vida|acabar con mi vida|hacerme dano|cortarme las venas)\b|\bno quiero (?:vivir|seguir viviendo)\b(?! (?:con|sin|en)\b)|\b(?:quiero|quisiera) morir(?:me)?\b`,
  ),
  denied: new RegExp(
    String.raw`\b(?:no(?!,)|sin|nunca|ni|tampoco)(?:,? (?!yo\b|mi\b|el\b|ella\b|esta\b|es\b|que\b|pero\b|porque\b|se\b|puedo\b|bien\b)[\w'-]+){0,5},? ?$`,
  ),
  idle: /\bhace (?:\w+ )?(?:anos|meses)\b|\bel ano pasado\b|\bantecedentes\b|\ben el pasado\b|\bde (?:nino|nina|pequeno|pequena)\b|\bque pasa si\b|\ben caso de\b|\bpor si\b|\befectos secundarios\b|\briesgos?\b|\bcasi (?:me )?(?:da|dio|tengo)\b|\bpregunt\w+ (?:sobre|por|si)\b/,
  asks: /^\W*(?:(?:y|pero|hola|bueno|oiga|perdone)\W+)*(?:es|son|hay|puede|pueden|causa|produce|da|cuanto|cuanta|cuando|como|que|cual|por que)\b/,
  somebody:
    /\b(?:mi|mis|me|tengo|estoy|siento|tiene|esta|su|nos|mama|papa|madre|padre|hijo|hija|esposo|esposa|marido|mujer)\b/,
};

const FRENCH: Signs = {
  signs: any(
    String.raw`\b(?:douleurs?|mal|oppression|pression)(?: \w+)? (?:dans|a|de|sur) la poitrine\b|\bdouleurs? thoraciques?\b|\bpoitrine (?:me |qui )?(?:serre|fait mal)\b`,
    String.raw`\b(?:peux|peut|arrive|arrivons|puis)(?: plus| pas)?(?: a)? (?:respirer|avaler)\b(?<=(?:plus|pas)(?: a)? (?:respirer|avaler))|\b(?:du mal|difficultes?|peine) a (?:respirer|avaler)\b|\brespire (?:plus|pas|mal)\b|\b(?:pas|plus)(?: a)? reprendre mon souffle\b|\betouff\w+|\bsouffle court\b|\bessouffle\w*`,
    String.raw`\bgorge (?:qui )?(?:se (?:ferme|serre|resserre)|est serree)\b`,
    String.raw`\b(?:visage|levres?|langue|gorge|yeux|oeil|paupieres?|cou|bouche)${near(4)}(?:gonfl\w+|enfl\w+)|\b(?:gonfl\w+|enfl\w+)${near(4)}(?:visage|levres?|langue|gorge|yeux|oeil|paupieres?|cou|bouche)\b`,
    String.raw`\b(?:gonfl\w+|enfl\w+|oedeme)${near(5)}(?:apres|depuis)\b|\b(?:apres|depuis)${near(6)}(?:gonfl\w+|enfl\w+)`,
    String.raw`\b(?:levres?|visage|joues?|oeil)${near(3)}(?:double|triple) de volume\b`,
    String.raw`\breaction allergique\b|\banaphyla\w+|\burticaire partout\b|\bplaques partout\b`,
    String.raw`\bvois (?:plus|rien|flou|double|trouble)\b|\b(?:perdu|perds|perd) la vue\b|\bvision (?:floue|double|trouble)\b|\bdevien\w+ aveugle\b`,
    String.raw`\b(?:evanoui\w*|inconscient\w*|convulsion\w*|infarctus|crise cardiaque)\b|\bperdu connaissance\b|\b(?:fais|fait|faire) un avc\b|\bmalaise (?:grave|cardiaque)\b`,
    String.raw`\barrete pas de saigner\b|\bsaigne (?:beaucoup|enormement|toujours|sans arret)\b|\bperd(?:s|u)? beaucoup de sang\b`,
    String.raw`\b(?:peau|levres?|nez|zone)${near(3)}(?:devien\w+|devenue?s?|vire\w*|tourne\w*)(?: toute?| tres| au)? (?:blanche?|blanc|noire?|bleue?|violette?|violet|grise?|gris)s?\b|\blevres? (?:est|sont)(?: toutes?| tres)? (?:bleue|blanche|violette|grise)s?\b`,
    String.raw`\bdouleurs? (?:\w+ )?(?:insupportables?|atroces?|horribles?|terribles?|intenses?)\b|\boverdose\b|\bsurdose\b|\bje (?:suis en train de mourir|vais mourir|meurs)\b(?! (?:de|d')\b)`,
    String.raw`\b(?:c'est|j'ai) une urgence\b|\bune ambulance\b`,
  ),
  always: any(
    String.raw`\bsuicid\w*|\bme (?:tuer|faire du mal|suicider)\b|\b(?:mettre fin a|finir avec|en finir avec) (?:mes jours|ma vie|la vie)\b|\b(?:veux|voudrais|envie de|ai envie de) mourir\b|\b(?:veux|envie de)(?: plus| pas)? vivre\b(?<=(?:plus|pas) (?:envie de )?vivre|veux (?:plus|pas) vivre)`,
    String.raw`\bplus envie de vivre\b|\b(?:veux|voudrais|envie d')\s?en finir\b(?! avec (?!la vie))`,
  ),
  denied: new RegExp(
    String.raw`\b(?:pas|sans|jamais|aucune?|ni|non(?!,))(?:,? (?!je\b|j'ai\b|mon\b|ma\b|mes\b|il\b|elle\b|est\b|mais\b|que\b|bien\b)[\w'-]+){0,5},? ?$`,
  ),
  idle: /\bil y a (?:\w+ )?(?:ans|mois|annees)\b|\b(?:annee derniere|an dernier|mois dernier)\b|\bantecedents?\b|\bdans le passe\b|\bquand j'etais (?:petit|petite|jeune|enfant|enceinte)\b|\bet si\b|\bque se passe-t-il si\b|\bau cas ou\b|\beffets secondaires\b|\brisques?\b|\b(?:failli|presque)\b|\bquestions? (?:sur|a propos)\b/,
  asks: /^\W*(?:(?:et|mais|bonjour|alors|pardon)\W+)*(?:est-ce|est ce|y a-t-il|combien|quand|comment|quels?|quelles?|pourquoi|peut-on|le gonflement|les gonflements|la douleur)\b/,
  somebody: /\b(?:j'ai|je|j'|mon|ma|mes|me|moi|il|elle|son|sa|ses|nous|notre|mari|femme|mere|pere|fils|fille)\b/,
};

const GERMAN: Signs = {
  signs: any(
    String.raw`\b(?:brustschmerz\w*|herzinfarkt|herzanfall|schlaganfall|atemnot|luftnot)\b|\b(?:schmerz\w*|druck|stechen|enge\w*)(?: \w+)? (?:in|auf|im) (?:der |meiner |die |brustkorb)?(?:brust\w*|brustkorb)?(?<=brust|brustkorb|brustbereich)|\bbrust (?:tut|schmerzt)\b`,
    String.raw`\b(?:kann|konnte|bekomm\w*|krieg\w*|kriege)(?: \w+){0,2} (?:nicht|kaum|keine|schlecht|schwer)(?: \w+){0,2} (?:atmen|luft|schlucken)\b|\b(?:nicht|kaum|schwer|schlecht) (?:mehr )?(?:atmen|schlucken)\b|\b(?:keine|kaum|schlecht) luft\b|\batmet nicht\b|\bersticke?\b|\bprobleme (?:beim|mit dem) (?:atmen|schlucken)\b`,
    String.raw`\b(?:hals|kehle) (?:schnurt|schwillt|geht)${near(2)}zu\b`,
    String.raw`\b(?:gesicht|lippen?|zunge|hals|auge\w*|augenlid\w*|lid\w*|mund|wangen?)${near(5)}(?:geschwollen|angeschwollen|schwillt|schwellen|schwellung\w*|zugeschwollen)\b|\b(?:geschwollen\w*|angeschwollen\w*|schwellung\w*)${near(5)}(?:gesicht|lippen?|zunge|hals|auge\w*|mund|wangen?)\b`,
    String.raw`\b(?:geschwollen|angeschwollen|schwellung\w*)${near(5)}(?:nach|seit)\b|\b(?:nach|seit)${near(6)}(?:geschwollen|angeschwollen|schwellung\w*)\b`,
    String.raw`\ballergische\w* (?:reaktion|schock)\w*\b|\banaphyla\w+|\bausschlag am ganzen\b`,
    String.raw`\b(?:sehe|seh|sieht)(?: \w+){0,4} (?:nichts|verschwommen|doppelt|nicht mehr)(?: mehr)?\b|\bnichts mehr sehen\b|\bschwarz vor (?:den )?augen\b|\bwerde blind\b|\berblind\w+`,
    String.raw`\b(?:ohnmachtig|bewusstlos|krampfanfall|kollabiert|zusammengebrochen)\b|\bnicht ansprechbar\b|\bin ohnmacht\b`,
    String.raw`\bhort nicht auf zu bluten\b|\bblutet (?:stark|sehr|heftig|immer noch|und blutet)\b|\bblute (?:stark|sehr|heftig|immer noch)\b|\bblutung (?:hort|stoppt) nicht\b|\bviel blut\b`,
    String.raw`\b(?:haut|lippen?|nase|stelle)${near(1)}(?:wird|werden|wurde|wurden)${near(6)}(?:weiss|schwarz|blau|lila|grau)\b|\b(?:haut|lippen?|nase|stelle)${near(6)}(?:weiss|schwarz|blau|lila|grau)(?: \w+)? (?:geworden|verfarbt)\b|\blippen? (?:ist|sind)(?: ganz)? (?:weiss|blau|lila|grau)\b`,
    String.raw`\b(?:starke|starken|unertragliche|unertraglichen|furchtbare|schreckliche|heftige|extreme)n? schmerzen\b|\buberdosis\b|\bzu viele (?:tabletten|schlaftabletten)\b|\bich sterbe\b(?! vor\b)`,
    String.raw`\b(?:ist|habe) ein(?:en)? notfall\b|\bmedizinischer notfall\b|\bnotarzt\b|\b(?:krankenwagen|rettungswagen)\b`,
  ),
  always: any(
    String.raw`\b(?:suizid\w*|selbstmord\w*|umbringen|mich toten|selbstverletz\w*)\b|\bmir (?:etwas|was) (?:an)?tun\b|\bmir das leben nehmen\b|\bmich (?:selbst )?(?:verletzen|ritzen)\b`,
    String.raw`\b(?:nicht|will nicht|mag nicht|nicht langer|nicht mehr) (?:mehr )?leben\b(?! (?:mit|ohne|in)\b)|\b(?:will|mochte|wollte) sterben\b`,
  ),
  denied: new RegExp(
    String.raw`\b(?:keine?[nmrs]?|nicht|nie|niemals|ohne|weder|noch nie|nein(?!,))(?:,? (?!ich\b|mein\w*\b|er\b|sie\b|es\b|ist\b|sind\b|aber\b|was\b|weiss\b|gut\b)[\w'-]+){0,5},? ?$`,
  ),
  idle: /\bvor (?:\w+ )?(?:jahren?|monaten?|einem jahr)\b|\bletzte[sn]? (?:jahr|monat|sommer|winter)\b|\bvorgeschichte\b|\bfruher\b|\bals kind\b|\bwas (?:ist|passiert),? wenn\b|\bim fall\b|\bfalls\b|\bnebenwirkung\w*\b|\brisik\w+\b|\b(?:fast|beinahe)\b|\bfrage\w* (?:zu|zur|nach|wegen)\b/,
  asks: /^\W*(?:(?:und|aber|hallo|also|entschuldigung)\W+)*(?:ist|sind|gibt|kann|konnen|wie|wann|was|welche\w*|warum|wird|werden|macht|darf|muss|hat)\b/,
  somebody: /\b(?:ich|mir|mich|mein\w*|er|sein\w*|uns|unser\w*|mann|frau|mutter|vater|sohn|tochter)\b/,
};

/** All of them are listened for in every call: in distress a caller falls back into the language they grew up with. */
export const EMERGENCY_SIGNS: readonly Signs[] = [ENGLISH, SPANISH, FRENCH, GERMAN];
