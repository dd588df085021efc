/** Every voice verb, by name. */
import { connect } from './connect.ts';
import { dial } from './dial.ts';
import { hangup, redirect, reject } from './flow.ts';
import { gather } from './gather.ts';
import { record } from './record.ts';
import { pauseVerb, play, say } from './speech.ts';
import type { VerbRunner } from './verb.ts';

export const VERBS: Readonly<Record<string, VerbRunner>> = {
  Connect: connect,
  Dial: dial,
  Gather: gather,
  Hangup: hangup,
  Pause: pauseVerb,
  Play: play,
  Record: record,
  Redirect: redirect,
  Reject: reject,
  Say: say,
};
