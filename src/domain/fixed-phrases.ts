/** Everything that is said by rule, and not by the model's choice. */

/** What a call says itself. */
export type CallPhrases = {
  /** Says whose phone this is, and holds the disclosure. */
  readonly greeting: string;
  /** That Ava is an AI, and the clinic's consent sentence where it has one: what every caller must have heard. */
  readonly disclosure: string;
  readonly goodbye: string;
  /** While a tool or the model takes long. */
  readonly oneMoment: string;
  /** The model or the node was away while the caller spoke: what they said then is asked for again. */
  readonly lostYou: string;
  /** A turn in which no word could be made out. */
  readonly notUnderstood: string;
  /** After a silence of the caller's. */
  readonly stillThere: string;
  /** After the second silence. */
  readonly silentGoodbye: string;
  /** A little before the longest call is over, and when it is. */
  readonly timeIsShort: string;
  readonly timeIsUp: string;
  /** Before staff are dialled. */
  readonly connecting: string;
  /** Words that need a person at once: before staff are dialled. */
  readonly emergency: string;
  /** The same where there are no staff to dial. */
  readonly emergencyAlone: string;
  /** When staff were wished for and the line is busy, or nobody is there: what Ava can do instead. */
  readonly staffBusy: string;
  readonly staffAway: string;
};

/** And what is said where the call is not there to say it. */
export type FixedPhrases = CallPhrases & {
  /** When something broke and the caller is handed on. */
  readonly trouble: string;
  /** When staff were dialled and nobody took the call, before a voicemail's tone. */
  readonly nobodyAnswered: string;
};
