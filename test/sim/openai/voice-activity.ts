/**
 * Voice activity, driven by the audio clock alone: samples appended, never wall time. It keeps counters and no audio.
 * Frames are 20 ms; a voice must last `ONSET_FRAMES` of them, so that a click of 60 ms is no speech.
 */
import { FRAME_SAMPLES, SILENT_SAMPLE } from '../speech.ts';

export type VoiceEvent =
  /** `atSample` is where the voice set in; what the service hears begins `prefix_padding_ms` earlier. */
  { readonly kind: 'started'; readonly atSample: number } | { readonly kind: 'stopped'; readonly atSample: number };

const ONSET_FRAMES = 4;
const SILENT_TWIN = 0x7f;

export class VoiceActivity {
  private samples = 0;
  private loud = 0;
  private voicedFrames = 0;
  private lastVoiceSample = 0;
  private isSpeaking = false;

  get speaking(): boolean {
    return this.isSpeaking;
  }

  /** Samples seen since the session began. */
  get clockSamples(): number {
    return this.samples;
  }

  /**
   * Walks through a piece of audio; `silenceSamples` answers, asked frame by frame, how much silence ends a turn
   * (a semantic detector waits longer for somebody who sounds unfinished). A clock that runs with detection turned
   * off passes `undefined`.
   */
  hear(piece: Uint8Array, silenceSamples: (() => number) | undefined): VoiceEvent[] {
    const events: VoiceEvent[] = [];
    for (const sample of piece) {
      if (sample !== SILENT_SAMPLE && sample !== SILENT_TWIN) this.loud++;
      this.samples++;
      if (this.samples % FRAME_SAMPLES !== 0) continue;
      const voiced = this.loud * 4 >= FRAME_SAMPLES;
      this.loud = 0;
      const event = silenceSamples === undefined ? undefined : this.frame(voiced, silenceSamples);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  /** Forgets a voice under way: the buffer was committed or cleared by hand, or detection turned off. */
  reset(): void {
    this.isSpeaking = false;
    this.voicedFrames = 0;
  }

  private frame(voiced: boolean, silenceSamples: () => number): VoiceEvent | undefined {
    if (voiced) {
      this.voicedFrames++;
      this.lastVoiceSample = this.samples;
    } else this.voicedFrames = 0;
    if (!this.isSpeaking && this.voicedFrames >= ONSET_FRAMES) {
      this.isSpeaking = true;
      return { kind: 'started', atSample: this.samples - this.voicedFrames * FRAME_SAMPLES };
    }
    if (this.isSpeaking && !voiced && this.samples - this.lastVoiceSample >= silenceSamples()) {
      this.reset();
      return { kind: 'stopped', atSample: this.samples };
    }
    return undefined;
  }
}
