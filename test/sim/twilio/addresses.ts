/**
 * A product is known to Twilio by its public origin, and reached by the simulator at another one where a tunnel or proxy
 * is missing. Signatures are made over public URLs, requests go to reachable ones.
 */

export class Addresses {
  private readonly publicOrigin: URL | undefined;
  private readonly reachable: URL | undefined;

  /** `publicUrl`: the product's public origin, or undefined where it is reached by its public URL. */
  constructor(publicUrl: string | undefined, voiceUrl: string | undefined) {
    this.publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl);
    this.reachable = voiceUrl === undefined ? undefined : new URL(voiceUrl);
  }

  /** The URL as Twilio would sign it: on the public origin, without a fragment. */
  toSign(url: string): string {
    return moved(withoutFragment(url), this.reachable, this.publicOrigin);
  }

  /** The URL to connect to. */
  toReach(url: string): string {
    return moved(withoutFragment(url), this.publicOrigin, this.reachable);
  }
}

function withoutFragment(url: string): string {
  return url.replace(/#.*$/, '');
}

/** Text surgery, as a parsed and re-printed URL could differ from what is signed in its escapes. */
function moved(url: string, from: URL | undefined, to: URL | undefined): string {
  if (from === undefined || to === undefined || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.host !== from.host) return url;
  const socket = parsed.protocol.startsWith('ws');
  const secure = to.protocol === 'https:' || to.protocol === 'wss:';
  const scheme = socket ? (secure ? 'wss' : 'ws') : secure ? 'https' : 'http';
  return url.replace(/^[a-z]+:\/\/[^/?#]+/i, `${scheme}://${to.host}`);
}
