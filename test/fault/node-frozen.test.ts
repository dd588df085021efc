/** A node that stands still with a caller on the line, whose socket stays open, so that the network asks for nothing. */
import { expect, it, vi } from 'vitest';
import { BOOKED, DETAILS, GOODBYE, GREETED, hears, NAME_ASKED, says, WISH } from '../support/talk.ts';
import { openCluster } from './cluster.ts';

const LIMIT_MS = 150_000;
const SOON = { timeout: 20_000, interval: 20 };
const CALLER = '+15550100142';
/** As long as the network would wait for an answer, and longer than the caller should. */
const RESUMED_MS = 30_000;

it('a caller whose node is frozen goes on with another one, and the old one stops at once when it is back', {
  timeout: LIMIT_MS,
}, async (context) => {
  const cluster = await openCluster(context);
  const call = cluster.place(CALLER);
  await hears(call, GREETED);
  const sessions = cluster.sessions();
  const leftOpen = () => cluster.sessions().filter((id) => sessions.includes(id));
  const frozen = await cluster.freezeOwnerOf(call);
  const from = call.utterances.length;
  await call.say(WISH);
  // What was said to nobody is asked for again.
  await hears(call, /I lost you for a moment/, from, RESUMED_MS);
  expect(leftOpen()).not.toEqual([]);
  await says(call, WISH, NAME_ASKED);

  frozen.thaw();
  await vi.waitFor(() => expect(leftOpen()).toEqual([]), SOON);
  await vi.waitFor(() => expect(frozen.output()).toContain('call is of another node by now'), SOON);
  await says(call, DETAILS, BOOKED);
  await call.say(GOODBYE);
  expect((await call.ended).by).toBe('twiml');

  const { outcome, turns } = await cluster.recordOf(call);
  expect(outcome).toBe('appointment_scheduled');
  expect(turns.filter(({ role }) => role === 'customer').map(({ text }) => text)).toEqual([WISH, DETAILS, GOODBYE]);
  expect(await cluster.appointmentsOf(call)).toBe(1);
  await cluster.sessionsGone();
});
