/** One caller's call from greeting to record, in the same words wherever it took place: in memory or on a whole stand. */
export type CallChannel = 'voice' | 'web';

export interface ToldCall {
  readonly channel: CallChannel;
  /** Words out of the audio that was played, less what was dropped. */
  readonly heard: string;
  /** The caller's own sentences. */
  readonly said: readonly string[];
  readonly outcome: string | null;
  readonly turns: readonly { readonly n: number; readonly role: string; readonly text: string }[];
  readonly toolCalls: readonly { readonly name: string; readonly success: boolean; readonly answer?: unknown }[];
}

/** An appointment that stands in the book. */
export interface ToldAppointment {
  readonly id: string;
  readonly service: string;
  readonly provider: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly customer: string;
  readonly phone: string;
  readonly email: string | null;
}
