/**
 * Push channels: whoever watches a calendar is told that something changed, by a POST without a body. A message may be
 * lost, and is never sent again: a watcher who relies on it misses things, as with the service.
 */
import { createHash } from 'node:crypto';
import type { calendar_v3 } from '@googleapis/calendar';
import { z } from 'zod';
import { invalid, notFound } from './refusals.ts';

export const watchBody = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9\-_+/=]{1,64}$/, 'Channel id not valid'),
  type: z.string(),
  address: z.string(),
  token: z.string().max(256).optional(),
  expiration: z.coerce.number().optional(),
  params: z.looseObject({ ttl: z.coerce.number().int().positive().optional() }).optional(),
});
export const stopBody = z.looseObject({ id: z.string(), resourceId: z.string() });

interface Channel {
  readonly id: string;
  readonly calendarId: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  readonly address: string;
  readonly token: string | undefined;
  readonly expiresAt: number;
  messages: number;
}

const WEEK_MS = 7 * 86_400_000;
const POST_LIMIT_MS = 5_000;

export interface ChannelOptions {
  /** Whether addresses may be plain http, which the service does not allow. */
  readonly plainHttp: boolean;
  /** Whether the next message is lost. */
  readonly loses: () => boolean;
}

export class Channels {
  readonly #options: ChannelOptions;
  readonly #closing = new AbortController();
  readonly #posts = new Set<Promise<void>>();
  #channels: Channel[] = [];

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  get open(): readonly { readonly id: string; readonly calendarId: string; readonly expiresAt: number }[] {
    return this.#channels.filter(({ expiresAt }) => expiresAt > Date.now());
  }

  watch(calendarId: string, uri: string, body: z.infer<typeof watchBody>): calendar_v3.Schema$Channel {
    const { id, type, address, token } = body;
    if (!['web_hook', 'webhook'].includes(type)) throw invalid(`Unknown channel type: ${type}`, 'channelUnknown');
    if (!this.#isAllowed(address)) {
      throw invalid(`WebHook callback must be HTTPS: ${address}`, 'push.webhookUrlNotHttps');
    }
    if (this.#channels.some((each) => each.id === id))
      throw invalid(`Channel id ${id} not unique`, 'channelIdNotUnique');
    const asked = body.params?.ttl === undefined ? body.expiration : Date.now() + body.params.ttl * 1_000;
    const expiresAt = Math.min(asked ?? Number.POSITIVE_INFINITY, Date.now() + WEEK_MS);
    const resourceId = createHash('sha256').update(calendarId).digest('base64url').slice(0, 27);
    const channel = { id, calendarId, resourceId, resourceUri: uri, address, token, expiresAt, messages: 0 };
    this.#channels.push(channel);
    this.#post(channel, 'sync');
    return { kind: 'api#channel', id, resourceId, resourceUri: uri, token, expiration: String(expiresAt) };
  }

  stop({ id, resourceId }: z.infer<typeof stopBody>): void {
    const found = this.#channels.find((each) => each.id === id && each.resourceId === resourceId);
    if (!found) throw notFound();
    this.#channels = this.#channels.filter((each) => each !== found);
  }

  /** Tells those who watch this calendar. */
  changed(calendarId: string): void {
    for (const channel of this.#channels) {
      if (channel.calendarId === calendarId && channel.expiresAt > Date.now()) this.#post(channel, 'exists');
    }
  }

  /** No message is under way any more. */
  async close(): Promise<void> {
    this.#channels = [];
    this.#closing.abort();
    await Promise.all(this.#posts);
  }

  #isAllowed(address: string): boolean {
    if (!URL.canParse(address)) return false;
    const { protocol } = new URL(address);
    return protocol === 'https:' || (this.#options.plainHttp && protocol === 'http:');
  }

  #post(channel: Channel, state: 'sync' | 'exists'): void {
    channel.messages += 1;
    if (this.#options.loses()) return;
    const sent = fetch(channel.address, {
      method: 'POST',
      headers: {
        'x-goog-channel-id': channel.id,
        'x-goog-message-number': String(channel.messages),
        'x-goog-resource-id': channel.resourceId,
        'x-goog-resource-state': state,
        'x-goog-resource-uri': channel.resourceUri,
        'x-goog-channel-expiration': new Date(channel.expiresAt).toUTCString(),
        ...(channel.token === undefined ? {} : { 'x-goog-channel-token': channel.token }),
      },
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(POST_LIMIT_MS)]),
    }).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
    this.#posts.add(sent);
    void sent.then(() => this.#posts.delete(sent));
  }
}
