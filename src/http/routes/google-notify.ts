/** `POST /google/notify`: a calendar knocks, since something in it changed. What did, it does not say; it is looked at at once. */
import { HttpError, noContent, type Route } from '../route.ts';

export interface GoogleNotifyEdge {
  readonly path: string;
  /** Has the calendar behind the channel looked at; false where the token is not the channel's. */
  readonly knock: (channelId: string, token: string) => Promise<boolean>;
}

export function googleNotify({ path, knock }: GoogleNotifyEdge): Route {
  return {
    method: 'POST',
    path,
    bodyLimitBytes: 64 * 1024,
    async handle(request) {
      const known = await knock(request.header('x-goog-channel-id'), request.header('x-goog-channel-token'));
      if (!known) throw new HttpError(403, 'X-Goog-Channel-Token is not that of this channel.');
      return noContent();
    },
  };
}
