/**
 * The bus of facts: code emits (domain/events.ts), logs, metrics and traces subscribe. Synchronous and in order of
 * subscription; lives as long as the process. A subscriber that throws harms neither the emitter nor the other
 * subscribers, and is told of once, as `events.subscriber_broke`.
 */
import type { AvaEventName, AvaEvents, Events } from '../src/domain/events.ts';

/** Called for every fact; `name` tells the type of `event`. */
export type AnySubscriber = <Name extends AvaEventName>(name: Name, event: AvaEvents[Name]) => void;

export interface EventBus extends Events {
  /** Calls `subscriber` for each fact of that name; the returned function ends it. */
  on<Name extends AvaEventName>(name: Name, subscriber: (event: AvaEvents[Name]) => void): () => void;
  /** Calls `subscriber` for every fact; the returned function ends it. */
  onAny(subscriber: AnySubscriber): () => void;
}

interface Subscription {
  /** Undefined: all. */
  readonly name: AvaEventName | undefined;
  readonly deliver: AnySubscriber;
  broken: boolean;
}

const isOf = <Name extends AvaEventName>(
  wanted: Name,
  name: AvaEventName,
  _event: AvaEvents[AvaEventName],
): _event is AvaEvents[Name] => name === wanted;

/** An empty bus. */
export function createEvents(): EventBus {
  // Copied at each change, so that a fact under way goes to those who were there when it was emitted.
  let subscriptions: readonly Subscription[] = [];
  /** Of these, who is to be told of what: there are dozens, and a fact concerns two or three. */
  let byName = new Map<AvaEventName, readonly Subscription[]>();

  const changeTo = (changed: readonly Subscription[]): void => {
    subscriptions = changed;
    byName = new Map();
  };

  const subscribe = (name: AvaEventName | undefined, deliver: AnySubscriber): (() => void) => {
    const subscription: Subscription = { name, deliver, broken: false };
    changeTo([...subscriptions, subscription]);
    return () => changeTo(subscriptions.filter((other) => other !== subscription));
  };

  const toldOf = (name: AvaEventName): readonly Subscription[] => {
    const known = byName.get(name);
    if (known) return known;
    const concerned = subscriptions.filter((each) => each.name === undefined || each.name === name);
    byName.set(name, concerned);
    return concerned;
  };

  const emit = <Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void => {
    for (const subscription of toldOf(name)) {
      try {
        subscription.deliver(name, event);
      } catch (error) {
        // Marked first: a subscriber that breaks on the report as well is not told of again.
        if (subscription.broken) continue;
        subscription.broken = true;
        emit('events.subscriber_broke', { event: name, error });
      }
    }
  };

  return {
    emit,
    on: (wanted, subscriber) =>
      subscribe(wanted, (name, event) => {
        if (isOf(wanted, name, event)) subscriber(event);
      }),
    onAny: (deliver) => subscribe(undefined, deliver),
  };
}
