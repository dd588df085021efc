/** Staff with several telephones: dialled one after the other, until somebody takes the call. */
import { describe, expect, it } from 'vitest';
import { Switchboard } from '../../src/bin/switchboard.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { Ticker } from '../sim/twilio/ticker.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';
import { VirtualClinic } from '../support/virtual-clinic.ts';
import { callByTelephone } from '../support/virtual-lines.ts';
import { inVirtualTime } from '../support/virtual-time.ts';

const [FIRST, SECOND] = ['+15550100099', '+15550100098'] as const;
const OTHER_NUMBER = '+15550100011';
const clinic = { ...radiance, otherPhones: [OTHER_NUMBER], staffPhones: [FIRST, SECOND] };
const CALL_SID = 'CA00000000000000000000000000000001';
const FROM = '+15550100142';

/** Twilio asks what comes next: after a dial with this status, when so many lines were dialled. */
const after = (dialCallStatus: string | null, staffTried: number) => ({
  callSid: CALL_SID,
  to: OTHER_NUMBER,
  streamSid: null,
  callStatus: 'in-progress',
  dialCallStatus,
  from: '+15550100142',
  dialBridged: null,
  staffTried,
});

describe('a caller whom Ava cannot take, whichever of the clinic’s numbers they called', () => {
  const desk = new Switchboard({
    directory: memoryClinicDirectory([clinic]),
    world: memoryCallWorld(() => {
      throw new Error('no call may begin');
    }),
    node: 'node-a',
    capacity: 0,
    elsewhere: () => 0,
    modelDown: () => false,
  });

  it('is put through to the first line, then the second, then leaves a voicemail', async () => {
    const offer = { callSid: CALL_SID, from: FROM, to: OTHER_NUMBER };
    expect(await desk.admit(offer)).toMatchObject({ kind: 'shed', staffPhone: FIRST });
    expect(await desk.continueCall(after('no-answer', 1))).toMatchObject({
      kind: 'staff',
      staffPhone: SECOND,
      staffTried: 1,
      whispered: false,
    });
    expect(await desk.continueCall(after('busy', 2))).toMatchObject({
      kind: 'staff',
      staffPhone: null,
      sentence: "I'm sorry, nobody can take your call right now.",
      whispered: false,
    });
  });

  it('is told so in their language, by the clinic’s where nobody said which it is', async () => {
    const spanish = { ...after('busy', 2), language: 'es-US' };
    expect(await desk.continueCall(spanish)).toMatchObject({
      clinic: { name: clinic.name, language: 'es-US' },
      callerLanguage: 'es-US',
      sentence: 'Lo siento, nadie puede atenderle ahora.',
    });
    expect(await desk.continueCall({ ...spanish, language: null })).toMatchObject({
      clinic: { language: clinic.language },
      callerLanguage: null,
    });
  });

  it('is not put through again where somebody took the call', async () => {
    expect(await desk.continueCall(after('completed', 1))).toEqual({ kind: 'hang_up' });
  });
});

describe('a caller who asks for a person', () => {
  it('comes back to Ava only when nobody on any line took the call', async () => {
    await inVirtualTime(120_000, async (time) => {
      const at = Date.parse('2026-11-23T15:00:00Z');
      const { telephones } = new VirtualClinic(time, { at, brain: 'receptionist', seed: 1, clinic });
      const speaker = { script: scenario('zero'), pace: 5, ticker: new Ticker() };
      const { isOver } = callByTelephone(telephones, { callSid: CALL_SID, from: FROM, clinic }, speaker);
      await time.until(isOver);
      const line = { kind: 'staff', sentence: null, whispered: true };
      expect(await telephones.continueCall(after(null, 0))).toMatchObject({ ...line, staffPhone: FIRST });
      // A machine: somebody heard the whisper, and no key was pressed.
      await telephones.staffSummary(CALL_SID);
      expect(await telephones.continueCall(after('completed', 1))).toMatchObject({ ...line, staffPhone: SECOND });
      expect(await telephones.continueCall(after('no-answer', 2))).toMatchObject({ kind: 'stream' });
    });
  });
});
