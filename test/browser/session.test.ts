import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../../actors/call/messages.ts';
import type { BrowserMemory } from '../../src/browser/memory.ts';
import { BrowserSession } from '../../src/browser/session.ts';
import { browserVoice } from '../../src/http/routes/browser-voice.ts';

/** 200 ms of a voice, and of none, in 24 kHz. */
const VOICE = Buffer.alloc(9_600, 0x11).toString('base64');
const SILENCE = Buffer.alloc(9_600).toString('base64');
const FRAME = Buffer.alloc(960).toString('base64');
const AT = { itemId: 'a', fromMs: 0, ms: 200 };

type Told = Record<string, unknown>;

/** A browser's socket that writes down what it is sent, and says what a test wants. */
class Socket {
  readonly sent: Told[] = [];
  readonly closes: number[] = [];
  closed = false;
  readonly connection;

  constructor(session: BrowserSession) {
    this.connection = session.attach(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(code: number): void {
    this.closes.push(code);
  }

  say(...messages: object[]): void {
    for (const message of messages) this.write(JSON.stringify(message));
  }

  write(text: string, isBinary = false): void {
    this.connection.message(new Uint8Array(Buffer.from(text)).buffer, isBinary);
  }

  of(type: string): Told[] {
    return this.sent.filter((message) => message['type'] === type);
  }

  get types(): unknown[] {
    return this.sent.map((message) => message['type']);
  }
}

/** A session whose call writes down what it is told. */
function newSession(memory: BrowserMemory | null = null) {
  const told: Told[] = [];
  const heard: string[] = [];
  let now = 0;
  const session = new BrowserSession({
    sessionId: 's',
    conversationId: 'c',
    format: 'audio/pcm',
    resumeMs: 60_000,
    memory,
    now: () => now,
  });
  const call = {
    audio: (payload: string) => void heard.push(payload),
    mark: (name: string) => void told.push({ type: 'mark', name }),
    digit: () => undefined,
    closed: (reason: string) => void told.push({ type: 'closed', reason }),
    remember: () => undefined,
    onScreen: (message: CallMessage) => void told.push({ ...message }),
  };
  const later = (ms: number): void => {
    now += ms;
  };
  return { session, call, told, heard, later, of: (type: string) => told.filter((each) => each['type'] === type) };
}

/** The same with a browser there, and its call begun. */
function talking() {
  const it = newSession();
  const socket = new Socket(it.session);
  it.session.began(it.call);
  return { ...it, socket };
}

const turned: CallMessage = { type: 'caller_turn_committed', itemId: 'i' };
const commit = { type: 'commit' };
const voice = { type: 'audio', data: VOICE };
const silence = { type: 'audio', data: SILENCE };

describe('a turn that the caller ends', () => {
  it('is one where a voice was heard, and none where there was silence, however long', () => {
    const { socket, of } = talking();
    socket.say(voice, commit, silence, silence, silence, commit);
    expect(of('caller_commits').map((each) => each['commit'])).toEqual(['turn', 'nothing']);
  });

  it('is told to the call behind all of its audio, though that fills no frame', () => {
    const { session, call } = newSession();
    const order: string[] = [];
    const socket = new Socket(session);
    session.began({ ...call, audio: () => void order.push('audio'), onScreen: ({ type }) => void order.push(type) });
    socket.say({ type: 'audio', data: Buffer.alloc(970).toString('base64') }, commit);
    expect(order).toEqual(['audio', 'audio', 'caller_commits']);
  });

  it('has been taken where voice activity noticed its end, and what the service refuses is waited for no more', () => {
    const { session, socket, of } = talking();
    socket.say(voice);
    session.heard(turned);
    socket.say(commit, voice, commit);
    session.heard({ type: 'commit_refused' });
    socket.say(voice);
    session.heard(turned);
    socket.say(commit);
    expect(of('caller_commits').map((each) => each['commit'])).toEqual(['taken', 'turn', 'taken']);
  });

  it('in one burst behind another is one too', () => {
    const { session, socket, of } = talking();
    socket.say(voice, commit, voice);
    session.heard(turned);
    socket.say(commit);
    expect(of('caller_commits').map((each) => each['commit'])).toEqual(['turn', 'turn']);
  });
});

describe('audio from a browser', () => {
  it('that is sent again since its ack was lost is heard once', () => {
    const { session, socket, heard } = talking();
    socket.say({ ...voice, seq: 1 }, { ...silence, seq: 2 });
    session.detach(socket.connection);
    const again = new Socket(session);
    expect(again.sent).toMatchObject([{ type: 'session', resumed: true }]);
    again.say({ ...voice, seq: 1 }, { ...silence, seq: 2 }, { ...voice, seq: 3 });
    expect(heard).toHaveLength(30);
  });

  it('is acknowledged at once where it was nothing, else once the call has its words', async () => {
    const { session, socket } = talking();
    socket.say({ ...silence, seq: 1 }, { ...voice, seq: 2 }, { ...silence, seq: 3 }, { ...silence, seq: 4 });
    const acked = (): unknown[] => socket.of('ack').map((each) => each['seq']);
    session.heard(turned);
    expect(acked()).toEqual([1]);
    session.heard({ type: 'caller_words', itemId: 'i', text: 'Hello.' });
    // Not before the call has kept them, in the same tick.
    expect(acked()).toEqual([1]);
    await Promise.resolve();
    expect(acked()).toEqual([1, 2, 3, 4]);
  });

  it('of a page that was loaded anew, far behind, counts from there', () => {
    const { session, socket, heard } = talking();
    socket.say({ ...voice, seq: 9_000 });
    session.detach(socket.connection);
    new Socket(session).say({ ...voice, seq: 1 }, { ...voice, seq: 2 });
    expect(heard).toHaveLength(30);
  });

  it('that is not counted begins with a whole sample over each connection', () => {
    const { session, socket, heard } = talking();
    socket.say({ type: 'audio', data: Buffer.alloc(3, 1).toString('base64') });
    session.detach(socket.connection);
    new Socket(session).say({ type: 'audio', data: Buffer.alloc(4, 2).toString('base64') }, commit);
    expect(heard).toEqual([Buffer.from([1, 1, 2, 2, 2, 2]).toString('base64')]);
  });

  it('that is no base64 is refused, and the next is heard', () => {
    const { socket, heard } = talking();
    socket.say({ type: 'audio', data: '§', seq: 1 }, { ...voice, seq: 2 });
    expect(socket.of('error')).toMatchObject([{ code: 'bad_audio' }]);
    expect(heard).toHaveLength(10);
  });

  it('comes to nothing over a connection that another took the place of', () => {
    const { session, socket, heard } = talking();
    const other = new Socket(session);
    expect(socket.closes).toEqual([4001]);
    socket.say(voice);
    other.say(voice);
    expect(heard).toHaveLength(10);
    expect(session.detach(socket.connection)).toBe(false);
  });
});

describe('a browser that is away', () => {
  it('is told what it missed, in order, when it comes back, and only then plays on', () => {
    const { session, socket, told } = talking();
    session.play(VOICE, AT);
    session.detach(socket.connection);
    session.clear();
    session.heard({ type: 'words_delta', itemId: 'a', text: 'Hel' });
    session.heard({ type: 'words', itemId: 'a', text: 'Hello.' });
    session.told('tool.started', { tool: 'check_availability' });
    session.play(VOICE, AT);
    const again = new Socket(session);
    expect(again.types).toEqual(['session', 'clear', 'transcript', 'tool']);
    expect(again.of('transcript')).toMatchObject([{ text: 'Hello.', final: true }]);
    expect(told.map((each) => each['type'])).toEqual(['line_lost', 'line_back']);
  });

  it('leaves word how far it had played, where it ever told', () => {
    const { session, socket, of } = talking();
    session.play(VOICE, AT);
    session.mark('m1');
    session.detach(socket.connection);
    const again = new Socket(session);
    again.say({ type: 'played', item_id: 'a', ms: 60 });
    session.detach(again.connection);
    expect(of('line_lost').map((each) => each['played'])).toEqual([null, { itemId: 'a', ms: 60 }]);
  });

  it('when its call begins hears it from its beginning when it comes back', () => {
    const { session, call, told } = newSession();
    session.detach(new Socket(session).connection);
    session.began(call);
    expect(told.map((each) => each['type'])).toEqual(['line_lost']);
    const socket = new Socket(session);
    expect(socket.sent[0]).toMatchObject({ type: 'session', resumed: true });
    expect(told.map((each) => each['type'])).toEqual(['line_lost', 'line_back']);
  });

  it('when its call ends is told so, and that is all', () => {
    const { session, socket, told } = talking();
    session.detach(socket.connection);
    session.told('call.ended', { channel: 'web', outcome: 'failed', endedBy: 'failure', durationMs: 1 });
    session.end();
    const again = new Socket(session);
    expect(again.types).toEqual(['session', 'ended']);
    expect(again.closes).toEqual([1000]);
    expect(told.map((each) => each['type'])).toEqual(['line_lost']);
  });
});

/** What is kept of a session whose caller said something and heard some of a sentence. */
const elsewhere = () => {
  const { session, socket } = talking();
  session.play(VOICE, AT);
  session.heard({ type: 'words', itemId: 'a', text: 'Hello.' });
  socket.say({ ...silence, seq: 1 }, { ...voice, seq: 2 }, { type: 'played', item_id: 'a', ms: 20 });
  return session.memory([{ itemId: 'a', sentMs: 200, complete: true }]);
};

describe('a session that another node had', () => {
  it('goes on where it was: what it heard, what it is to hear again, what it was told', () => {
    const { session, call, told, heard } = newSession(elsewhere());
    const socket = new Socket(session);
    expect(socket.sent).toMatchObject([
      { type: 'session', resumed: true },
      { type: 'ack', seq: 1 },
      { type: 'clear' },
      { type: 'transcript', text: 'Hello.' },
    ]);
    session.began(call);
    socket.say({ ...silence, seq: 1 }, { ...voice, seq: 2 });
    expect([session.resends, heard.length, told]).toEqual([true, 10, []]);
  });

  it('hears all that a caller may have said while they were away, though its call is not there yet', () => {
    const { session, call, heard } = newSession(elsewhere());
    const socket = new Socket(session);
    const frames = Array.from({ length: 3_000 }, (_, n) => ({ type: 'audio', data: FRAME, seq: n + 3 }));
    socket.say(...frames);
    session.began(call);
    expect([socket.closes, heard.length]).toEqual([[], frames.length]);
  });

  it('asks how far the caller heard her, and waits a moment for it', async () => {
    const { session } = newSession(elsewhere());
    const socket = new Socket(session);
    const played = session.playedByNow();
    socket.say({ ...silence, seq: 3 }, { type: 'played', item_id: 'a', ms: 120 });
    expect(await played).toEqual({ itemId: 'a', ms: 120 });
    expect(await newSession(elsewhere()).session.playedByNow()).toEqual({ itemId: 'a', ms: 20 });
  });
});

describe('a call that Ava ends', () => {
  it('tells what came of it before the socket is closed', () => {
    const { session, socket } = talking();
    session.close();
    expect(socket.closes).toEqual([]);
    session.told('call.ended', { channel: 'web', outcome: 'info_only', endedBy: 'ava', durationMs: 1 });
    session.end();
    expect(socket.of('ended')).toEqual([{ type: 'ended', outcome: 'info_only' }]);
    expect(socket.closes).toEqual([1000]);
  });
});

it('a call that breaks says so before what came of it', () => {
  const { session, socket } = talking();
  session.told('call.ended', { channel: 'web', outcome: 'failed', endedBy: 'failure', durationMs: 1 });
  expect(socket.sent.slice(1)).toMatchObject([
    { type: 'error', code: 'internal_error' },
    { type: 'ended', outcome: 'failed' },
  ]);
});

describe('what a browser says it played', () => {
  it('is refused where it was not sent so much', () => {
    const { session, socket, of } = talking();
    session.play(VOICE, AT);
    session.mark('m1');
    const played = { type: 'played', item_id: 'a', ms: 200 };
    socket.say({ ...played, item_id: 'b' }, { ...played, ms: 1e300 });
    expect(socket.of('error')).toMatchObject([{ code: 'bad_message' }, { code: 'bad_message' }]);
    expect(of('mark')).toEqual([]);
    socket.say(played);
    expect(of('mark')).toEqual([{ type: 'mark', name: 'm1' }]);
  });
});

it('what a browser stopped telling of is not taken for heard before its dead socket is noticed', () => {
  const edge = { publicUrl: '', sessionSecret: '', needsToken: false, now: () => 0 };
  const { idleTimeoutS } = browserVoice({ ...edge, desk: { join: () => expect.fail('nobody comes') } });
  expect(newSession().session.lostMarkGraceMs).toBeGreaterThan(idleTimeoutS * 1_000);
});

describe('a browser that says more than its call can take before it began', () => {
  it('is told so and cut off, and all before that is heard', () => {
    const { session, call, heard } = newSession();
    const socket = new Socket(session);
    socket.say(...Array.from({ length: 1_100 }, () => ({ type: 'audio', data: FRAME })));
    expect(socket.of('error')).toMatchObject([{ code: 'too_many_messages' }]);
    expect(socket.closes).toEqual([1008]);
    session.began(call);
    expect(heard).toHaveLength(1_000);
  });
});
