/** What the service says; the id of an event is given where it is sent. */
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import type { SessionConfig } from './session-config.ts';

type WithoutId<Event> = Event extends { event_id: string } ? Omit<Event, 'event_id'> : never;

/** The SDK types a session by what a client may ask for; the service shows more of it (id, model, expiry). */
type SessionShown = { readonly type: 'session.created' | 'session.updated'; readonly session: SessionConfig };

/** An event of a later version of the service, which a client must survive; sent by a fault. */
type Unheard = { readonly type: 'response.mood.updated'; readonly response_id: string; readonly mood: string };

export type Outgoing =
  | Unheard
  | WithoutId<Exclude<RealtimeServerEvent, { type: 'session.created' | 'session.updated' }>>
  | SessionShown;

export type Emit = (event: Outgoing) => void;
