/**
 * Text messages: stored, reported to status callbacks as queued, sent, delivered; inbound ones posted to the number's
 * `smsUrl`. Twilio's own handling of STOP, START and HELP is here: a number that opted out gets nothing (21610).
 */
import type { Environment } from './environment.ts';
import type { MessageStatus, SimMessage } from './message.ts';
import type { NumberConfig } from './options.ts';
import { newSid } from './sid.ts';
import { parseMessagingTwiml } from './twiml.ts';
import { pause } from './waiting.ts';
import type { WebhookAttempt } from './webhooks.ts';

export interface InboundMessage {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** To deliver the same message again. */
  readonly messageSid?: string;
}

export interface MessageDelivery {
  readonly sid: string;
  /** The webhook's last HTTP status; undefined when nobody answered. */
  readonly status: number | undefined;
  readonly attempts: readonly WebhookAttempt[];
  /** What the answered TwiML sent back. */
  readonly replies: readonly string[];
}

export interface OutboundMessage {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly statusCallback?: string;
}

const OPT_OUT = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE']);
const OPT_IN = new Set(['START', 'YES', 'UNSTOP']);
const HELP = new Set(['HELP', 'INFO']);
const MAX_MESSAGES = 10_000;
const CARRIER_MS = 20;

export class Messaging {
  readonly messages: SimMessage[] = [];
  /** Work under way that ends on its own. */
  readonly posts = new Set<Promise<void>>();
  private readonly environment: Environment;
  private readonly numbers: Readonly<Record<string, NumberConfig>>;
  private readonly optedOut = new Set<string>();

  constructor(environment: Environment, numbers: Readonly<Record<string, NumberConfig>>) {
    this.environment = environment;
    this.numbers = numbers;
  }

  owns(number: string): boolean {
    return Object.hasOwn(this.numbers, number);
  }

  isOptedOut(from: string, to: string): boolean {
    return this.optedOut.has(`${from} ${to}`);
  }

  find(sid: string): SimMessage | undefined {
    return this.messages.find((message) => message.sid === sid);
  }

  /** Sends a message of the account's, delivered after a moment. The caller has checked the opt-out. */
  send({ from, to, body, statusCallback }: OutboundMessage): SimMessage {
    const message = this.store({ from, to, body, direction: 'outbound-api' });
    const post: Promise<void> = this.deliver(message, statusCallback).finally(() => this.posts.delete(post));
    this.posts.add(post);
    return message;
  }

  /** A phone's message to one of the account's numbers. */
  async receive({ from, to, body, messageSid }: InboundMessage): Promise<MessageDelivery> {
    const known = messageSid === undefined ? undefined : this.find(messageSid);
    const message = known ?? this.store({ from, to, body, direction: 'inbound' }, messageSid);
    this.obeyKeyword(message);
    const attempts: WebhookAttempt[] = [];
    const url = this.numbers[to]?.smsUrl;
    if (url === undefined) return { sid: message.sid, status: undefined, attempts, replies: [] };
    const params = { ...this.params(message), SmsStatus: 'received', NumSegments: '1', NumMedia: '0' };
    const answer = await this.post(url, to, params, attempts);
    const ok = answer !== undefined && answer.status >= 200 && answer.status <= 299;
    const replies = ok ? parseMessagingTwiml(answer.body.toString('utf8')) : [];
    for (const reply of replies) {
      if (!this.isOptedOut(to, from)) this.store({ from: to, to: from, body: reply, direction: 'outbound-reply' });
    }
    return { sid: message.sid, status: answer?.status, attempts, replies };
  }

  private obeyKeyword({ from, to, body }: SimMessage): void {
    const keyword = body.trim().toUpperCase();
    const pair = `${to} ${from}`;
    const answer = (text: string): void => {
      this.store({ from: to, to: from, body: text, direction: 'outbound-reply', automatic: true });
    };
    if (OPT_OUT.has(keyword)) {
      this.optedOut.add(pair);
      answer('You have successfully been unsubscribed. Reply START to resubscribe.');
    } else if (OPT_IN.has(keyword) && this.optedOut.delete(pair)) {
      answer('You have successfully been re-subscribed to messages from this number.');
    } else if (HELP.has(keyword)) {
      answer('Reply STOP to unsubscribe. Msg&Data Rates May Apply.');
    }
  }

  private async deliver(message: SimMessage, statusCallback: string | undefined): Promise<void> {
    for (const status of ['queued', 'sent', 'delivered'] satisfies MessageStatus[]) {
      await pause(CARRIER_MS, this.environment.closing);
      message.status = status;
      if (statusCallback === undefined) continue;
      const params = { ...this.params(message), MessageStatus: status, SmsStatus: status };
      await this.post(statusCallback, message.from, params, []);
    }
  }

  private post(url: string, number: string, params: Record<string, string>, attempts: WebhookAttempt[]) {
    const request = { purpose: 'sms', url, method: 'POST', params } as const;
    return this.environment.webhooks
      .send(request, this.environment.addressesFor(number), {
        faults: this.environment.faults(),
        observe: (attempt) => attempts.push(attempt),
      })
      .catch(() => undefined);
  }

  private params({ sid, from, to, body }: SimMessage): Record<string, string> {
    return {
      MessageSid: sid,
      SmsSid: sid,
      SmsMessageSid: sid,
      AccountSid: this.environment.accountSid,
      ApiVersion: '2010-04-01',
      From: from,
      To: to,
      Body: body,
    };
  }

  private store(
    fields: Pick<SimMessage, 'from' | 'to' | 'body' | 'direction'> & { readonly automatic?: boolean },
    sid: string = newSid('SM'),
  ): SimMessage {
    const status = fields.direction === 'inbound' ? 'received' : 'queued';
    const message: SimMessage = { automatic: false, ...fields, sid, status, createdAt: new Date() };
    this.messages.push(message);
    if (this.messages.length > MAX_MESSAGES) this.messages.shift();
    return message;
  }
}
