/** A browser's call among nodes: whose it is, who goes on with it, and what its caller is told. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ModelCommand, ModelReport } from '../../actors/model/messages.ts';
import { BrowserCalls } from '../../src/bin/browser-desk.ts';
import { browserKey, endingOf } from '../../src/bin/call-snapshot.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import type { BrowserJoin } from '../../src/http/browser-edge.ts';
import { memoryTicketLedger, type TicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryCallRegister } from '../support/memory-call-register.ts';
import { lumen, memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';
import { saveRounds } from '../support/save-rounds.ts';

const JOIN: BrowserJoin = { sessionId: 's', clinicId: radiance.id, format: 'audio/pcm', tokenLifeS: 3_600 };
/** 200 ms in 24 kHz. */
const VOICE = Buffer.alloc(9_600, 0x11).toString('base64');
const SILENCE = Buffer.alloc(9_600).toString('base64');
/** A model that greets. */
const GREETING: readonly ModelReport[] = [
  { type: 'session_ready' },
  { type: 'response_started', responseId: 'r' },
  { type: 'words', itemId: 'g', text: 'Hello.' },
  { type: 'audio', itemId: 'g', ms: 200, payload: VOICE },
  { type: 'audio_complete', itemId: 'g' },
  { type: 'response_ended', responseId: 'r', status: 'completed', usage: null },
];
const KEY = browserKey(radiance.id, 's');

let keeper: ReturnType<typeof memoryCallKeeper>;
let register: ReturnType<typeof memoryCallRegister>;
let ledger: TicketLedger;
beforeEach(() => {
  keeper = memoryCallKeeper();
  register = memoryCallRegister();
  ledger = memoryTicketLedger(() => Date.now());
});

interface Node {
  readonly desk: BrowserCalls;
  /** Its sessions with the model, and what each was told and asked. */
  readonly models: {
    readonly report: (report: ModelReport) => void;
    readonly commands: ModelCommand[];
    readonly audio: string[];
  }[];
  readonly record: ConversationEntry[];
}

function node(name: string, resumeMs = 60_000): Node {
  const models: Node['models'] = [];
  const record: ConversationEntry[] = [];
  const world = memoryCallWorld((_, report) => {
    const commands: ModelCommand[] = [];
    const audio: string[] = [];
    models.push({ report, commands, audio });
    return {
      send: (command) => void commands.push(command),
      audio: (payload) => void audio.push(payload),
      close: () => undefined,
    };
  });
  const desk = new BrowserCalls({
    directory: memoryClinicDirectory(),
    world: {
      ...world,
      log: { write: (entry) => void record.push(entry), settled: async () => {} },
      keeping: { keeper, register, rounds: saveRounds(), resumeMs },
    },
    node: name,
    shedReason: () => null,
    ledger,
    resumeMs,
  });
  return { desk, models, record };
}

/** A browser's socket at a node. */
function browse({ desk }: Node, join = JOIN) {
  const sent: Record<string, unknown>[] = [];
  const closes: number[] = [];
  const listener = desk.join(join, {
    get closed() {
      return closes.length > 0;
    },
    bufferedBytes: 0,
    send: (text) => {
      sent.push(JSON.parse(text));
      return 'sent';
    },
    cork: (write) => write(),
    close: (code) => void closes.push(code),
  });
  const say = (message: object): void => {
    listener.message(new Uint8Array(Buffer.from(JSON.stringify(message))).buffer, false);
  };
  return {
    sent,
    closes,
    say,
    of: (type: string) => sent.filter((message) => message['type'] === type),
    drop(): void {
      closes.push(1006);
      listener.closed(1006);
    },
  };
}

/** The model hears the caller take a turn, and has no words for it yet. */
function heard({ models: [model] }: Node, itemId: string): void {
  model?.report({ type: 'caller_speech_started', itemId });
  model?.report({ type: 'caller_turn_committed', itemId });
}

/** One whose call has begun, and is kept. */
async function talking(at: Node, join = JOIN) {
  const browser = browse(at, join);
  await expect.poll(async () => at.models.length > 0 && (await keeper.read(KEY))?.kind).toBe('live');
  return browser;
}

describe('a session that comes to another node', () => {
  it('goes on there, and the node before has nothing more to say', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a);
    const again = browse(b);
    await expect.poll(() => b.models.length).toBe(1);
    expect(again.of('session')).toEqual([{ ...first.of('session')[0], resumed: true }]);
    expect(await keeper.read(KEY)).toMatchObject({ kind: 'live', epoch: 2 });
    first.say({ type: 'text', text: 'Do you do Botox?' });
    await expect.poll(() => first.closes).toEqual([4001]);
    expect([a.desk.size, b.desk.size, again.closes]).toEqual([0, 1, []]);
    expect(a.record.filter(({ kind }) => kind === 'ended')).toEqual([]);
  });

  it('hears the turn again that nobody had put in words, and answers it once', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a);
    for (const report of GREETING) a.models[0]?.report(report);
    first.say({ type: 'played', item_id: 'g', ms: 200 });
    const speech = [VOICE, SILENCE, SILENCE].map((data, n) => ({ type: 'audio', data, seq: n + 1 }));
    for (const message of speech) first.say(message);
    heard(a, 'u');
    first.drop();
    const again = browse(b);
    for (const message of speech) again.say(message);
    await expect.poll(() => b.models.length).toBe(1);
    expect([first.of('ack'), again.of('ack')]).toEqual([[], []]);
    b.models[0]?.report({ type: 'session_ready' });
    const told = { type: 'assistant_text', text: 'Hello.' };
    expect(b.models[0]?.commands).toEqual([told]);
    heard(b, 'x');
    expect(b.models[0]?.commands).toEqual([told, { type: 'create_response', sentence: null }]);
    b.models[0]?.report({ type: 'caller_words', itemId: 'x', text: 'Do you do Botox?' });
    const said = b.record.filter((entry) => entry.kind === 'turn' && entry.role === 'customer');
    expect(said).toMatchObject([{ n: 2, text: 'Do you do Botox?' }]);
    await expect.poll(() => again.of('ack').map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('has speech acknowledged only when its words are kept: nobody else could say it again', async () => {
    const a = node('a');
    const first = await talking(a);
    for (const report of GREETING) a.models[0]?.report(report);
    const speech = [VOICE, SILENCE, SILENCE].map((data, n) => ({ type: 'audio', data, seq: n + 1 }));
    for (const message of speech) first.say(message);
    heard(a, 'u');
    expect(first.of('ack')).toEqual([]);
    a.models[0]?.report({ type: 'caller_words', itemId: 'u', text: 'Do you do Botox?' });
    for (let turn = 0; turn < 10 && first.of('ack').length < 3; turn++) await Promise.resolve();
    expect(first.of('ack').map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const kept = await keeper.read(KEY);
    expect(kept?.kind === 'live' && kept.items.map((item) => JSON.parse(item).text)).toContain('Do you do Botox?');
  });

  it('loses nothing of what they said, however much it is that comes again before there is a model', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a);
    const speech = Array.from({ length: 150 }, (_, n) => ({ type: 'audio', data: VOICE, seq: n + 1 }));
    for (const message of speech) first.say(message);
    first.drop();
    const again = browse(b);
    for (const message of speech) again.say(message);
    await expect.poll(() => b.models.length).toBe(1);
    b.models[0]?.report({ type: 'session_ready' });
    const bytes = b.models[0]?.audio.map((payload) => Buffer.from(payload, 'base64').length) ?? [];
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBe(150 * 9_600);
  });

  it('and back goes on where it came to last', async () => {
    const [a, b] = [node('a'), node('b')];
    (await talking(a)).drop();
    const there = browse(b);
    await expect.poll(() => b.models.length).toBe(1);
    there.drop();
    const back = browse(a);
    await expect.poll(() => a.models.length).toBe(2);
    expect(back.of('session')).toMatchObject([{ resumed: true }]);
    expect(await keeper.read(KEY)).toMatchObject({ kind: 'live', epoch: 3 });
    expect([a.desk.size, back.closes]).toEqual([1, []]);
  });

  it('whose caller never came back to it is not ended by the node before', async () => {
    const [a, b] = [node('a', 50), node('b')];
    (await talking(a)).drop();
    browse(b);
    await expect.poll(() => a.desk.size).toBe(0);
    expect(a.record.filter(({ kind }) => kind === 'ended')).toEqual([]);
    expect(await keeper.read(KEY)).toMatchObject({ kind: 'live', epoch: 2 });
  });

  it('is in another format than it began with is told so, and nothing is claimed', async () => {
    const [a, b] = [node('a'), node('b')];
    (await talking(a)).drop();
    const other = browse(b, { ...JOIN, format: 'audio/pcmu' });
    await expect.poll(() => other.closes).toEqual([1008]);
    expect(other.of('error')).toMatchObject([{ code: 'bad_message' }]);
    expect(await keeper.read(KEY)).toMatchObject({ epoch: 1 });
  });

  it('needs no token that is still good', async () => {
    const [a, b] = [node('a'), node('b')];
    (await talking(a)).drop();
    const again = browse(b, { ...JOIN, tokenLifeS: 0 });
    await expect.poll(() => again.of('session')).toMatchObject([{ resumed: true }]);
  });
});

it('a session of another clinic under the same id is another one, and what one says the other never hears', async () => {
  const a = node('a');
  const first = await talking(a);
  const stranger = browse(a, { ...JOIN, clinicId: lumen.id });
  await expect.poll(() => a.models.length).toBe(2);
  expect([first.closes, stranger.of('session')]).toMatchObject([[], [{ resumed: false }]]);
  stranger.say({ type: 'end_session' });
  await expect.poll(() => stranger.closes).toEqual([1000]);
  expect([a.desk.size, first.closes]).toEqual([1, []]);
});

describe('a session that is over', () => {
  it('says so on any node, and how it ended', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a);
    first.say({ type: 'end_session' });
    await expect.poll(() => first.closes).toEqual([1000]);
    for (const at of [a, b]) {
      const again = browse(at);
      await expect.poll(() => again.closes).toEqual([1000]);
      expect(again.sent).toEqual([{ ...first.of('session')[0], resumed: true }, ...first.of('ended')]);
    }
    expect([a.desk.size, b.desk.size]).toEqual([0, 0]);
  });

  it('says so where its row was closed since nobody had it', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a);
    const name = `web/${String(first.of('session')[0]?.['conversation_id'])}`;
    register.begin({ callSid: name, clinicId: radiance.id, epoch: 1 });
    register.end(name);
    const again = browse(b);
    await expect.poll(() => again.closes).toEqual([1000]);
    expect(again.of('ended')).toEqual([{ type: 'ended', outcome: 'abandoned' }]);
  });

  it('says no more than is known', async () => {
    await keeper.end(KEY, 1, endingOf({ next: 'hang_up', clinicId: radiance.id }));
    const again = browse(node('a'));
    await expect.poll(() => again.sent).toEqual([{ type: 'ended', outcome: 'abandoned' }]);
  });
});

describe('a session that needed no token, and is over', () => {
  const FREE = { ...JOIN, tokenLifeS: null };
  const ending = { next: 'hang_up', clinicId: radiance.id, conversationId: 'c', outcome: 'info_only' } as const;
  const end = { kind: 'ended', conversationId: 'c', clinicId: radiance.id, outcome: 'info_only', endedAt: 1 } as const;

  it('begins anew for whoever hung up, and whichever node is asked goes on with that call', async () => {
    const [a, b] = [node('a'), node('b')];
    const first = await talking(a, FREE);
    first.say({ type: 'end_session' });
    await expect.poll(() => first.closes).toEqual([1000]);
    const [again, other] = [browse(a, FREE), browse(a, FREE)];
    await expect.poll(() => a.models.length).toBe(2);
    await expect.poll(() => again.closes).toEqual([4001]);
    expect(again.of('session')).toMatchObject([{ resumed: false }]);
    expect(again.of('session')[0]?.['conversation_id']).not.toBe(first.of('session')[0]?.['conversation_id']);
    await expect.poll(() => keeper.read(KEY)).toMatchObject({ kind: 'live', epoch: 2 });
    other.drop();
    const there = browse(b, FREE);
    await expect.poll(() => b.models.length).toBe(1);
    expect(there.of('session')).toEqual([{ ...again.of('session')[0], resumed: true }]);
    there.say({ type: 'end_session' });
    await expect.poll(() => there.closes).toEqual([1000]);
    const third = browse(a, FREE);
    await expect.poll(() => third.of('session')).toMatchObject([{ resumed: false }]);
  });

  it('is the later call where nothing of that is kept yet', async () => {
    const kept = keeper;
    const save: typeof kept.save = (each) => (each.epoch === 1 ? kept.save(each) : new Promise(() => undefined));
    keeper = { ...kept, save };
    const a = node('a');
    const first = await talking(a, FREE);
    first.say({ type: 'end_session' });
    const again = browse(a, FREE);
    await expect.poll(() => a.models.length).toBe(2);
    const back = browse(a, FREE);
    await expect.poll(() => back.of('session')).toEqual([{ ...again.of('session')[0], resumed: true }]);
  });

  it('says so to whoever did not hang up', async () => {
    await keeper.end(KEY, 1, endingOf({ ...ending, epoch: 1, end: { ...end, endedBy: 'ava' } }));
    const again = browse(node('a'), FREE);
    await expect.poll(() => again.of('ended')).toEqual([{ type: 'ended', outcome: 'info_only' }]);
  });
});

describe('a session that nobody knows', () => {
  it('begins where its token is still good and begins its first call, whichever node was asked before', async () => {
    const a = node('a');
    await talking(a);
    keeper.flush();
    const again = browse(node('b'));
    await expect.poll(() => again.closes).toEqual([1008]);
    expect(again.of('error')).toMatchObject([{ code: 'used_token' }]);
    const late = browse(node('b'), { ...JOIN, sessionId: 'other', tokenLifeS: 0 });
    await expect.poll(() => late.closes).toEqual([1008]);
    expect(late.of('error')).toMatchObject([{ code: 'expired_token' }]);
  });

  it('begins though nobody can tell whether it is kept', async () => {
    keeper = { ...keeper, read: () => Promise.reject(new Error('out of reach')) };
    const browser = browse(node('a'));
    await expect.poll(() => browser.of('session')).toMatchObject([{ resumed: false }]);
  });
});

it('two sockets of one session at once have one call, and the later one has it', async () => {
  const a = node('a');
  const [first, second] = [browse(a), browse(a)];
  await expect.poll(() => a.models.length).toBe(1);
  await expect.poll(() => [first.closes, second.closes]).toEqual([[4001], []]);
  const conversations = [first, second].map((each) => each.of('session')[0]?.['conversation_id']);
  expect(new Set(conversations).size).toBe(1);
});

it('what is said before the call is there is told to it, and who does not wait begins none', async () => {
  const a = node('a');
  browse(a).drop();
  const browser = browse(a);
  browser.say({ type: 'audio', data: '', seq: 1 });
  await expect.poll(() => browser.of('ack')).toEqual([{ type: 'ack', seq: 1 }]);
  expect(a.desk.size).toBe(1);
});
