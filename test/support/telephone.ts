/** A telephone as both see it: the line that a call of ours speaks into, and the far end of its caller's line. */
import type { PhoneInlet, PhoneLine } from '../../actors/phone/messages.ts';
import { FRAME_SAMPLES, SAMPLES_PER_MS, silence } from '../sim/speech.ts';
import type { FarEnd } from '../sim/twilio/line.ts';
import { Playout } from '../sim/twilio/playout.ts';

const SILENT_PAYLOAD = silence(FRAME_SAMPLES / SAMPLES_PER_MS).toString('base64');
/** A message's way through the network. */
const WIRE_MS = 5;

export interface TelephoneEvents {
  /** What was being played was dropped. */
  onCleared(): void;
  /** The call was ended from our side. */
  onClosed(): void;
}

export class Telephone implements PhoneLine, FarEnd {
  private readonly events: TelephoneEvents;
  private readonly playout = new Playout();
  private inlet: PhoneInlet | null = null;
  private over = false;

  constructor(events: TelephoneEvents) {
    this.events = events;
  }

  connect(inlet: PhoneInlet): void {
    this.inlet = inlet;
  }

  /** Nothing comes or goes any more. */
  get isOver(): boolean {
    return this.over;
  }

  exchange(spoken: Buffer | undefined): Buffer | undefined {
    if (this.over) return undefined;
    this.inlet?.audio(spoken?.toString('base64') ?? SILENT_PAYLOAD);
    const { samples, marks } = this.playout.next();
    for (const name of marks) this.giveBack(name);
    return samples;
  }

  onDigit(digit: string): void {
    if (!this.over) this.inlet?.digit(digit);
  }

  play(payload: string): void {
    this.playout.append(Buffer.from(payload, 'base64'));
  }

  mark(name: string): void {
    if (this.playout.mark(name)) this.giveBack(name);
  }

  clear(): void {
    const { marks, droppedMs } = this.playout.clear();
    if (droppedMs > 0) this.events.onCleared();
    for (const name of marks) this.giveBack(name);
  }

  close(): void {
    if (this.over) return;
    this.over = true;
    this.events.onClosed();
  }

  /** The caller puts the receiver down, or the line breaks. */
  hangUp(reason: 'stop' | 'broken' = 'stop'): void {
    if (this.over) return;
    this.over = true;
    this.inlet?.closed(reason);
  }

  private giveBack(name: string): void {
    setTimeout(() => {
      if (!this.over) this.inlet?.mark(name);
    }, WIRE_MS);
  }
}
