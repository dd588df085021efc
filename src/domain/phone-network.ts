/** What may be asked of the phone network about a call, as a port: for calls of which nothing is heard any more. */

/** The network did not do as asked, or not in time; what was asked may have been done. Names no secret. */
export class PhoneNetworkTrouble extends Error {
  override readonly name = 'PhoneNetworkTrouble';
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, cause?: unknown) {
    super(status === 0 ? 'the phone network did not answer' : `the phone network answered ${status}`, { cause });
    this.status = status;
  }
}

/** Each rejects with `PhoneNetworkTrouble` within a few seconds where the network does not answer as it should. */
export interface PhoneNetwork {
  /** Whether the call still goes on; one that the network does not know is over. */
  standing(callSid: string): Promise<'live' | 'over'>;
  /**
   * Ends what the call does now, its stream included, and has it do what this document says. Never asked twice of its
   * own accord: where the first was heard after all, the second would cut off what it began.
   */
  redirect(callSid: string, twiml: string): Promise<'redirected' | 'over'>;
}
