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

  const onAny = (deliver: AnySubscriber): (() => void) => {
    const subscription: Subscription = { deliver, broken: false };
    subscriptions = [...subscriptions, subscription];
    return () => {
      subscriptions = subscriptions.filter((other) => other !== subscription);
    };
  };

  const emit = <Name extends AvaEventName>(name: Name, event: AvaEvents[Name]): void => {
    for (const subscription of subscriptions) {
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
      onAny((name, event) => {
        if (isOf(wanted, name, event)) subscriber(event);
      }),
    onAny,
  };
}
