/** The simulated phone network, driven over HTTP: whoever holds this holds a phone. */
import { z } from 'zod';

const scenarios = z.object({ scenarios: z.array(z.object({ name: z.string(), description: z.string() })) });
const placed = z.object({ sid: z.string() });
const delivery = z.object({ status: z.number().optional() });
const messages = z.object({
  messages: z.array(z.object({ sid: z.string(), from: z.string(), to: z.string(), body: z.string() })),
});
export type TextMessage = z.infer<typeof messages>['messages'][number];

/** What of a call's events the console shows; others are passed over. */
const happening = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answered'), atMs: z.number() }),
  z.object({ type: z.literal('word'), word: z.string(), atMs: z.number() }),
  z.object({ type: z.literal('utterance'), cut: z.boolean(), atMs: z.number() }),
  z.object({ type: z.literal('said'), text: z.string(), atMs: z.number() }),
  z.object({ type: z.literal('pressed'), digits: z.string(), atMs: z.number() }),
  z.object({ type: z.literal('clear'), droppedMs: z.number(), atMs: z.number() }),
  z.object({
    type: z.literal('webhook'),
    purpose: z.string(),
    latencyMs: z.number(),
    status: z.number().optional(),
    atMs: z.number(),
  }),
  z.object({ type: z.literal('violation'), message: z.string(), atMs: z.number() }),
  z.object({
    type: z.literal('ended'),
    status: z.string(),
    by: z.string(),
    durationMs: z.number(),
    errorCode: z.number().optional(),
    atMs: z.number(),
  }),
]);
export type Happening = z.infer<typeof happening>;

export interface PhoneNetwork {
  scenarios(): Promise<z.infer<typeof scenarios>['scenarios']>;
  /** Places a call and answers its sid; without a scenario the caller says what `say` is told. */
  placeCall(call: { from: string; to: string; scenario?: string | undefined }): Promise<string>;
  say(sid: string, text: string): Promise<void>;
  press(sid: string, digits: string): Promise<void>;
  hangUp(sid: string): Promise<void>;
  /** Sends a text message; answers the status of the webhook that took it, undefined where none did. */
  text(message: { from: string; to: string; body: string }): Promise<number | undefined>;
  /** Every text message there was, oldest first. */
  texts(): Promise<readonly TextMessage[]>;
  /** What happens in a call, live, to its end. */
  follow(sid: string): AsyncGenerator<Happening>;
}

export function phoneNetwork(root: string): PhoneNetwork {
  const post = async (path: string, body: object): Promise<unknown> => {
    const response = await fetch(new URL(path, root), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the phone network refused: ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  return {
    async scenarios() {
      const response = await fetch(new URL('/sim/scenarios', root));
      return scenarios.parse(await response.json()).scenarios;
    },
    async placeCall(call) {
      return placed.parse(await post('/sim/calls', call)).sid;
    },
    async say(sid, text) {
      await post(`/sim/calls/${sid}/say`, { text });
    },
    async press(sid, digits) {
      await post(`/sim/calls/${sid}/press`, { digits });
    },
    async hangUp(sid) {
      await post(`/sim/calls/${sid}/hangup`, {});
    },
    text: async (message) => delivery.parse(await post('/sim/messages', message)).status,
    async texts() {
      const response = await fetch(new URL('/sim/messages', root));
      return messages.parse(await response.json()).messages;
    },
    follow: (sid) => follow(new URL(`/sim/calls/${sid}/events`, root)),
  };
}

async function* follow(url: URL): AsyncGenerator<Happening> {
  const response = await fetch(url);
  if (!response.ok || !response.body) throw new Error(`the phone network answered ${response.status}`);
  let rest = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = happening.safeParse(line === '' ? null : JSON.parse(line));
      if (parsed.success) yield parsed.data;
    }
  }
}
