/** What a call hears of a caller whose frames are lost, late, or come no more. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CALL_SID, connectCall, type DeskCall, type Edge, frame, mediaMessage, openEdge } from './edge.ts';

const MARK = '{"event":"mark","streamSid":"MZ00000000000000000000000000000001","mark":{"name":"m"}}';

let edge: Edge;
beforeEach(async () => {
  edge = await openEdge();
});
afterEach(() => edge.close());

/** Everything that the call heard, as samples. */
function heard({ audio }: DeskCall): Buffer {
  return Buffer.concat(audio.map((payload) => Buffer.from(payload, 'base64')));
}

const silent = (ms: number): Buffer => Buffer.alloc(ms * 8, 0xff);
const said = (n: number): Buffer => Buffer.from(frame(n), 'base64');

const spaced = (n: number): string => JSON.stringify(JSON.parse(mediaMessage(n, frame(n))), null, 2);

describe('a caller whose frames are missing', () => {
  it('is silent for exactly as long, so that the model’s clock goes on', async () => {
    const { client, call } = await connectCall(edge);
    client.send(mediaMessage(1, frame(1)), mediaMessage(2, frame(2)), mediaMessage(7, frame(7)));
    await expect.poll(() => heard(call).length).toBe(7 * 160);
    expect(heard(call)).toEqual(Buffer.concat([said(1), said(2), silent(80), said(7)]));
  });

  it('is silent as well where the message had to be parsed', async () => {
    const { client, call } = await connectCall(edge);
    client.send(spaced(1), spaced(4));
    await expect.poll(() => heard(call).length).toBe(4 * 160);
    expect(heard(call)).toEqual(Buffer.concat([said(1), silent(40), said(4)]));
  });

  it('is silent while nothing comes for more than 200 ms, and no longer than it lasted', async () => {
    const { client, call } = await connectCall(edge);
    client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => call.audio.length).toBe(1);
    edge.pass(200);
    expect(call.audio).toHaveLength(1);
    edge.pass(300);
    expect(heard(call)).toEqual(Buffer.concat([said(1), silent(400)]));
    client.send(mediaMessage(31, frame(31)));
    await expect.poll(() => heard(call).length).toBe(31 * 160);
    expect(heard(call)).toEqual(Buffer.concat([said(1), silent(29 * 20), said(31)]));
  });

  it('loses no word to a stall: late frames are heard as they were said', async () => {
    const { client, call } = await connectCall(edge);
    client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => call.audio.length).toBe(1);
    edge.pass(500);
    const late = [2, 3, 4, 5, 6];
    client.send(...late.map((n) => mediaMessage(n, frame(n))));
    await expect.poll(() => call.audio.at(-1)).toBe(frame(6));
    expect(heard(call)).toEqual(Buffer.concat([said(1), silent(400), ...late.map(said)]));
  });

  it('is given no more silence than time passes, whatever the timestamps claim', async () => {
    const { client, call } = await connectCall(edge);
    for (let n = 0; n < 20; n++) client.send(mediaMessage(1 + n * 700, frame(n)));
    await expect.poll(() => call.audio.at(-1)).toBe(frame(19));
    expect(heard(call).length / 8).toBeLessThan(15_000 + 20 * 20 + 2_000);
  });
});

describe('a stream that goes quiet without an end', () => {
  it('is broken after ten seconds, with its call told and its socket closed', async () => {
    const { client, call } = await connectCall(edge);
    client.send(mediaMessage(1, frame(1)));
    await expect.poll(() => call.audio.length).toBe(1);
    edge.pass(10_000);
    expect(call.log).toEqual([]);
    edge.pass(100);
    expect(call.log).toEqual(['closed broken']);
    expect((await client.closed).code).toBe(1001);
    expect(edge.events.of('media.stalled')).toEqual([{ callSid: CALL_SID, clinicId: 'clinic-1', quietMs: 10_000 }]);
    edge.pass(20_000);
    expect(edge.events.of('media.stalled')).toHaveLength(1);
  });

  it('lives on while any message comes', async () => {
    const { client, call } = await connectCall(edge);
    for (let n = 1; n <= 3; n++) {
      edge.pass(9_000);
      client.send(MARK);
      await expect.poll(() => call.log.length).toBe(n);
    }
    expect(edge.events.of('media.stalled')).toEqual([]);
  });
});
