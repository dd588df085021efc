/**
 * Somebody with a script at one end of a line, whatever it leads to: hears what is played into it word by word, and
 * speaks into it. Keeps what was heard and said; times are ms since the line was opened.
 */
import { Ear, type HeardWord, wordsAsText } from '../twilio/ear.ts';
import { type FarEnd, Line } from '../twilio/line.ts';
import { Mic } from '../twilio/mic.ts';
import { scriptedPerson } from '../twilio/scripted-person.ts';
import type { Ticker } from '../twilio/ticker.ts';
import type { CallerScript } from './script.ts';

export interface CallerSetup {
  readonly script: CallerScript;
  /** How fast people talk and react; 2 is twice as fast. */
  readonly pace: number;
  readonly ticker: Ticker;
  readonly farEnd: FarEnd;
  /** The caller has had enough. */
  readonly onHangUp: () => void;
}

export class CallerAtLine {
  readonly heard: HeardWord[] = [];
  readonly said: string[] = [];
  readonly line: Line;
  private readonly onHangUp: () => void;

  constructor({ script, pace, ticker, farEnd, onHangUp }: CallerSetup) {
    this.onHangUp = onHangUp;
    const person = scriptedPerson(this, script, pace);
    const mic = new Mic(pace, {
      onStart: () => this.line.ear.turnTaken(this.line.nowMs),
      onEnd: ({ text }) => this.said.push(text),
    });
    const ear = new Ear({
      onWord: (word) => {
        this.heard.push(word);
        person.onWord(word);
      },
      onUtterance: () => undefined,
      onGap: () => undefined,
    });
    this.line = new Line(mic, ear, ticker, (nowMs) => person.onMoment(nowMs, ear.quietMs(nowMs)));
    this.line.connect(farEnd);
    this.line.open();
  }

  /** What was heard so far and understood, as one line. */
  get heardText(): string {
    return wordsAsText(this.heard);
  }

  say(text: string): Promise<void> {
    return this.line.mic.say(text);
  }

  hush(): void {
    this.line.mic.stop();
  }

  press(digits: string): void {
    this.line.press(digits);
  }

  hangUp(): void {
    this.putDown();
    this.onHangUp();
  }

  /** The far end is gone. */
  putDown(): void {
    this.line.close();
  }
}
