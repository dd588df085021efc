/** What `<Record>` kept: the audio, and what a transcriber makes of it. Bounded to the newest `MAX_RECORDINGS`. */
import { Listener } from '../speech.ts';
import { newSid } from './sid.ts';

const MAX_RECORDINGS = 500;

export interface Recording {
  readonly sid: string;
  readonly callSid: string;
  /** 8 kHz µ-law. */
  readonly audio: Buffer;
  readonly seconds: number;
  /** What was said in it. */
  readonly text: string;
}

export class Recordings {
  private readonly bySid = new Map<string, Recording>();

  keep(callSid: string, audio: Buffer): Recording {
    const heard = new Listener().push(audio);
    const text = heard.map((piece) => piece.text).join(' ');
    const recording = {
      sid: newSid('RE'),
      callSid,
      audio,
      seconds: Math.max(1, Math.round(audio.length / 8000)),
      text,
    };
    this.bySid.set(recording.sid, recording);
    if (this.bySid.size > MAX_RECORDINGS) {
      for (const oldest of this.bySid.keys()) {
        this.bySid.delete(oldest);
        break;
      }
    }
    return recording;
  }

  find(sid: string): Recording | undefined {
    return this.bySid.get(sid);
  }

  all(): readonly Recording[] {
    return [...this.bySid.values()];
  }
}

/** A WAV file of 8 kHz µ-law audio (format 7). */
export function asWav(audio: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + audio.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(audio.length, 40);
  return Buffer.concat([header, audio]);
}
