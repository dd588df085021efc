/** A text message, as the account's log has it. */
export type MessageStatus = 'received' | 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed';

export interface SimMessage {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  /** Written by Twilio itself: its answers to STOP, START and HELP. */
  readonly automatic: boolean;
  readonly createdAt: Date;
  status: MessageStatus;
  errorCode?: number;
}
