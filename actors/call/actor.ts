/**
 * The shell of a conversation: a step's effects carried out through ports. Tools and holds run off the event chain and
 * come back as messages; nothing here waits.
 */

import { serviceById } from '../../src/domain/clinic.ts';
import type { Dealings } from '../../src/domain/dealings.ts';
import type { CallContext, Events } from '../../src/domain/events.ts';
import { holdOf } from '../../src/domain/holds.ts';
import type { BookingStore, ConversationLog } from '../../src/domain/ports.ts';
import type { ToolOutcome } from '../../src/domain/tools.ts';
import { Actor } from '../kernel/actor.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ModelOrder } from '../model/messages.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import type { CallEffect, CallEvent } from './effects.ts';
import { nextForCaller } from './ending.ts';
import type { CallFacts, CallIdentity, CallMessage } from './messages.ts';
import { recordedStep } from './recording.ts';
import { type CallState, newCall } from './state.ts';

type Holds = Pick<BookingStore, 'hold' | 'release'>;
type ToolRun = Extract<CallEffect, { kind: 'run_tool' }>;

export interface CallActorPorts {
  readonly tellPhone: (message: PhoneMessage) => void;
  readonly tellModel: (order: ModelOrder) => void;
  /** Runs a tool; resolves always. */
  readonly useTool: (name: string, argumentsText: string, dealings: Dealings) => Promise<ToolOutcome>;
  readonly bookings: Holds;
  readonly log: ConversationLog;
  readonly events: Events;
  /** Told of each change of the state, before what follows from it is done. */
  readonly onChange?: (before: CallState, after: CallState) => void;
  /** Resolves once what is remembered now is kept outside this node, or after a moment; a tool runs no earlier. */
  readonly kept?: () => Promise<void>;
  /** The line is closed, the conversation is not over: staff are to be dialled. */
  readonly onAway: () => void;
  readonly onFinished: (next: 'hang_up' | 'staff') => void;
  readonly clock: Clock;
  readonly onCrash: (error: unknown) => void;
}

export class CallActor {
  private readonly actor: Actor<CallState, CallMessage, CallEffect>;
  private readonly ports: CallActorPorts;
  private readonly facts: CallFacts;
  /** Changes of the conversation's hold run one after the other: a release must not outrun the hold it is to drop. */
  private holding: Promise<void> = Promise.resolve();

  /** `state`: of a call that began elsewhere. */
  constructor(identity: CallIdentity, facts: CallFacts, ports: CallActorPorts, state?: CallState) {
    this.ports = ports;
    this.facts = facts;
    const { conversationId, clinicId } = identity;
    const now = ports.clock.now();
    const begun = state ?? newCall(identity, facts, now);
    this.actor = new Actor({
      state: begun,
      ...(ports.onChange && { changed: ports.onChange }),
      step: recordedStep(facts, begun, now, (fold) =>
        ports.log.write({ kind: 'folded', conversationId, clinicId, fold }),
      ),
      perform: (effect) => this.perform(effect),
      clock: ports.clock,
      onCrash: ports.onCrash,
    });
  }

  get state(): CallState {
    return this.actor.state;
  }

  /** What is to be done with the caller, as far as is known: their line may be gone while a tool still runs. */
  get nextForCaller(): 'hang_up' | 'staff' {
    return nextForCaller(this.state);
  }

  tell(message: CallMessage): void {
    this.actor.tell(message);
  }

  stop(): void {
    this.actor.stop();
  }

  private perform(effect: CallEffect): void {
    const { ports } = this;
    switch (effect.kind) {
      case 'tell_phone':
        return ports.tellPhone(effect.message);
      case 'tell_model':
        return ports.tellModel(effect.order);
      case 'run_tool':
        return void this.runTool(effect);
      case 'hold':
        return this.hold(effect);
      case 'release':
        return this.release();
      case 'record':
        return ports.log.write(effect.entry);
      case 'event':
        return this.emit(effect);
      case 'away':
        return ports.onAway();
      case 'finished':
        return ports.onFinished(effect.next);
    }
  }

  private async runTool({ callId, name, argumentsText, dealings }: ToolRun): Promise<void> {
    await this.ports.kept?.();
    // Meanwhile it may have turned out that another node has the call: whatever is to be done is done there.
    if (!this.actor.running) return;
    const outcome = await this.ports.useTool(name, argumentsText, dealings);
    this.tell({ type: 'tool_answered', callId, outcome });
  }

  /** A hold that could not be placed is no reason to bother the caller: the booking itself decides. */
  private hold({ slotId, slot, movingId }: Extract<CallEffect, { kind: 'hold' }>): void {
    const { conversationId } = this.state.identity;
    const { clinic } = this.facts;
    const service = serviceById(clinic, slot.serviceId);
    if (!service) return;
    const request = holdOf(slot, service, clinic, { conversationId, movingId, now: this.ports.clock.now() });
    this.changeHold(async (bookings) => {
      const result = await bookings.hold(request);
      this.tell({ type: 'hold_answered', slotId, result });
    });
  }

  /** A hold that could not be dropped lapses by itself. */
  private release(): void {
    const { clinicId, conversationId } = this.state.identity;
    this.changeHold((bookings) => bookings.release(clinicId, conversationId));
  }

  private changeHold(change: (bookings: Holds) => Promise<void>): void {
    const { bookings, events } = this.ports;
    this.holding = this.holding
      .then(() => change(bookings))
      .catch((error: unknown) => events.emit('store.failed', { ...this.context, what: 'hold', error }));
  }

  private get context(): CallContext {
    const { callSid, conversationId, clinicId } = this.state.identity;
    return { callSid: callSid ?? undefined, conversationId, clinicId };
  }

  private emit({ name, event }: CallEvent): void {
    this.ports.events.emit(name, { ...this.context, ...event });
  }
}
