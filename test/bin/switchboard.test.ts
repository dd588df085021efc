/** The front desk's decisions about callers who ring while the node stops. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Switchboard } from '../../src/bin/switchboard.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';

const CALL_SID = 'CA00000000000000000000000000000001';
const OFFER = { callSid: CALL_SID, from: '+15550100142', to: radiance.phone };
const STREAM = { ...OFFER, clinicId: radiance.id, brokeAt: null, streamSid: 'MZ1' };
const LINE = { play: () => undefined, mark: () => undefined, clear: () => undefined, close: () => undefined };
const STREAM_ENDED = {
  callSid: CALL_SID,
  to: radiance.phone,
  streamSid: 'MZ1',
  callStatus: 'in-progress',
  dialCallStatus: null,
  from: '+15550100142',
  dialBridged: null,
  staffTried: 0,
};

let desk: Switchboard;
beforeEach(() => {
  desk = new Switchboard({
    directory: memoryClinicDirectory(),
    world: memoryCallWorld(() => {
      throw new Error('no call may begin');
    }),
    node: 'node-a',
    capacity: 10,
    elsewhere: () => 0,
    modelDown: () => false,
  });
});

describe('a caller who was admitted just before the node began to stop', () => {
  it('is put through to staff, who are told of by name', async () => {
    expect(await desk.admit(OFFER)).toMatchObject({ kind: 'stream' });
    const drained = desk.drain();
    expect(desk.open(STREAM, LINE)).toBeNull();
    expect(await desk.continueCall(STREAM_ENDED)).toMatchObject({ kind: 'staff', staffPhone: radiance.staffPhones[0] });
    await drained;
  });

  it('finds the node listening still', async () => {
    await desk.admit(OFFER);
    let over = false;
    const drained = desk.drain().then(() => (over = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(over).toBe(false);
    await drained;
  });
});

it('a node that nobody rang stops at once', async () => {
  let over = false;
  void desk.drain().then(() => (over = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(over).toBe(true);
});

it('a second stream of a call that is over is hung up on', async () => {
  expect(await desk.continueCall(STREAM_ENDED)).toEqual({ kind: 'hang_up' });
});
