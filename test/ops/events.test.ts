import { expect, test, vi } from 'vitest';
import { type AnySubscriber, createEvents } from '../../ops/events.ts';

const interrupted = { callSid: 'CA1', heardMs: 120 };

test('subscribers get the facts of their name, in order, until they leave', () => {
  const events = createEvents();
  const heard: string[] = [];
  const leave = events.on('turn.interrupted', ({ heardMs }) => heard.push(`first ${heardMs}`));
  events.on('turn.interrupted', () => heard.push('second'));
  events.on('call.shed', () => heard.push('never'));

  events.emit('turn.interrupted', interrupted);
  leave();
  events.emit('turn.interrupted', interrupted);

  expect(heard).toEqual(['first 120', 'second', 'second']);
});

test('who subscribes late is told of what comes from then on', () => {
  const events = createEvents();
  const heard: string[] = [];
  events.on('turn.interrupted', () => heard.push('early'));
  events.emit('turn.interrupted', interrupted);
  events.on('turn.interrupted', () => heard.push('late'));
  events.onAny((name) => heard.push(name));
  events.emit('turn.interrupted', interrupted);

  expect(heard).toEqual(['early', 'early', 'late', 'turn.interrupted']);
});

test('a subscriber of everything gets every fact with its name', () => {
  const events = createEvents();
  const subscriber = vi.fn<AnySubscriber>();
  events.onAny(subscriber);

  events.emit('turn.interrupted', interrupted);
  events.emit('dependency.back', { name: 'redis' });

  expect(subscriber.mock.calls).toEqual([
    ['turn.interrupted', interrupted],
    ['dependency.back', { name: 'redis' }],
  ]);
});

test('a subscriber that throws harms nobody and is reported once', () => {
  const events = createEvents();
  const reports = vi.fn<(report: unknown) => void>();
  const healthy = vi.fn<() => void>();
  const broken = new Error('broken');
  events.on('events.subscriber_broke', reports);
  events.on('turn.interrupted', () => {
    throw broken;
  });
  events.on('turn.interrupted', healthy);

  for (let n = 0; n < 3; n += 1) events.emit('turn.interrupted', interrupted);

  expect(healthy).toHaveBeenCalledTimes(3);
  expect(reports.mock.calls).toEqual([[{ event: 'turn.interrupted', error: broken }]]);
});

test('a subscriber that breaks on the report of its own breaking is left at that', () => {
  const events = createEvents();
  const subscriber = vi.fn<(name: string) => void>(() => {
    throw new Error('always');
  });
  events.onAny(subscriber);

  expect(() => events.emit('turn.interrupted', interrupted)).not.toThrow();
  expect(subscriber.mock.calls.map(([name]) => name)).toEqual(['turn.interrupted', 'events.subscriber_broke']);
});

test('who joins or leaves while a fact is told changes nothing for that fact', () => {
  const events = createEvents();
  const late = vi.fn<() => void>();
  const second = vi.fn<() => void>();
  const leaving: (() => void)[] = [];
  events.on('turn.interrupted', () => {
    events.on('turn.interrupted', late);
    for (const leave of leaving) leave();
  });
  leaving.push(events.on('turn.interrupted', second));

  events.emit('turn.interrupted', interrupted);

  expect(second).toHaveBeenCalledOnce();
  expect(late).not.toHaveBeenCalled();
});
