import { expect, it, vi } from 'vitest';
import type { ModelReport } from '../../actors/model/messages.ts';
import { PhoneCall } from '../../src/bin/phone-call.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { radiance } from '../support/memory-clinics.ts';

const IDENTITY = {
  conversationId: 'conversation',
  clinicId: radiance.id,
  channel: 'voice',
  callSid: 'CA1',
  callerPhone: '+15550100142',
  calledNumber: radiance.phone,
  node: 'node-a',
} as const;

const LINE = { play: () => {}, mark: () => {}, clear: () => {}, close: () => {} };

it('a call that crashes has the outcome of what was done in it', async () => {
  const reports: ((report: ModelReport) => void)[] = [];
  const entries: ConversationEntry[] = [];
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: () => {}, audio: () => {}, close: () => {} };
  }, recordedEvents());
  const log = { write: (entry: ConversationEntry) => void entries.push(entry), settled: async () => {} };
  const call = new PhoneCall(IDENTITY, LINE, { ...world, log }, () => {});
  call.begin(radiance);
  const args = { customer_name: 'Jordan Lee', service: 'botox' };
  const requested = { callId: 'c1', name: 'join_waitlist', argumentsText: JSON.stringify(args) };
  for (const report of [
    { type: 'connected' },
    { type: 'session_ready' },
    { type: 'tool_requested', ...requested },
  ] as const) {
    reports[0]?.(report);
  }
  await vi.waitFor(() => expect(entries.map(({ kind }) => kind)).toContain('tool_call'));
  call.fail('call', new Error('a bug'));
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', outcome: 'waitlisted', endedBy: 'failure' });
});
