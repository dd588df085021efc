/** Sessions that connect before their call is here: each is had once, with all it reported, or closed in the end. */
import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import type { ModelBrief, ModelLine, ModelReport } from '../../actors/model/messages.ts';
import { KEPT_MS, SessionsAhead } from '../../src/bin/sessions-ahead.ts';

const BRIEF: ModelBrief = { instructions: '', voice: 'marin', languages: ['en-US'], format: 'audio/pcmu', tools: [] };
const CALL = 'CA1';

interface Session extends ModelLine {
  readonly report: (report: ModelReport) => void;
  closed: boolean;
}

let sessions: Session[];
let clock: SimulatedClock;
let ahead: SessionsAhead;
let heard: ModelReport[];
const hear = (report: ModelReport): void => void heard.push(report);

beforeEach(() => {
  sessions = [];
  heard = [];
  clock = new SimulatedClock(0);
  ahead = new SessionsAhead((_, report) => {
    const session: Session = {
      report,
      closed: false,
      send: () => undefined,
      audio: () => undefined,
      close() {
        this.closed = true;
      },
    };
    sessions.push(session);
    return session;
  }, clock);
});

describe('a session that connects ahead of its call', () => {
  it('is the first that the call has, with what it reported before and reports from then on', async () => {
    ahead.prepare(CALL, () => BRIEF);
    sessions[0]?.report({ type: 'connected' });
    const line = ahead.of(CALL)(BRIEF, hear);
    expect(line).toBe(sessions[0]);
    expect(heard).toEqual([]);
    sessions[0]?.report({ type: 'session_ready' });
    await Promise.resolve();
    sessions[0]?.report({ type: 'audio_complete', itemId: 'a' });
    expect(heard.map(({ type }) => type)).toEqual(['connected', 'session_ready', 'audio_complete']);
    expect(ahead.of(CALL)(BRIEF, hear)).toBe(sessions[1]);
  });

  it('is one, however often it is asked for, and no other call’s', () => {
    ahead.prepare(CALL, () => BRIEF);
    ahead.prepare(CALL, () => BRIEF);
    expect(sessions).toHaveLength(1);
    expect(ahead.of('CA2')(BRIEF, hear)).toBe(sessions[1]);
  });

  it('is closed when nobody fetches it', () => {
    ahead.prepare(CALL, () => BRIEF);
    clock.advance(KEPT_MS - 1);
    expect(sessions[0]?.closed).toBe(false);
    clock.advance(1);
    expect(sessions[0]?.closed).toBe(true);
    expect(ahead.of(CALL)(BRIEF, hear)).toBe(sessions[1]);
  });

  it('is left alone once it is fetched', () => {
    ahead.prepare(CALL, () => BRIEF);
    ahead.of(CALL)(BRIEF, hear);
    clock.advance(KEPT_MS);
    ahead.close();
    expect(sessions[0]?.closed).toBe(false);
  });

  it('gives way to another where it was lost', () => {
    ahead.prepare(CALL, () => BRIEF);
    sessions[0]?.report({ type: 'lost', kind: 'connect', code: 'ECONNRESET' });
    expect(ahead.of(CALL)(BRIEF, hear)).toBe(sessions[1]);
    expect(heard).toEqual([]);
  });

  it('is closed with its node', () => {
    ahead.prepare(CALL, () => BRIEF);
    ahead.close();
    expect(sessions[0]?.closed).toBe(true);
  });
});
