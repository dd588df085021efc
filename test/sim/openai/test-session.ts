/** For tests: a simulator with a brain that says what a test lays out, and a client whose session is set up. */
import type { Brain, BrainContext, BrainReply } from './brain/brain.ts';
import { type OpenAiSim, type OpenAiSimOptions, startOpenAiSim } from './server.ts';
import { type ClientOptions, TestClient } from './test-client.ts';

/** Replies in turn, the last one for good; keeps what it was shown. */
export class ScriptedBrain implements Brain {
  readonly name = 'scripted';
  readonly shown: BrainContext[] = [];
  private readonly replies: readonly BrainReply[];

  constructor(...replies: readonly BrainReply[]) {
    this.replies = replies;
  }

  reply(context: BrainContext): BrainReply {
    this.shown.push(context);
    return this.replies[Math.min(this.shown.length, this.replies.length) - 1] ?? {};
  }
}

export interface Bench {
  readonly sim: OpenAiSim;
  readonly client: TestClient;
  /** Another client of the same simulator. */
  readonly connect: (options?: ClientOptions) => TestClient;
  readonly close: () => Promise<void>;
}

/** A telephone session: µ-law both ways, no turn detection unless a test asks for it. */
export const PHONE = {
  input: { format: { type: 'audio/pcmu' }, turn_detection: null },
  output: { format: { type: 'audio/pcmu' } },
};

export async function openBench(options: OpenAiSimOptions = {}): Promise<Bench> {
  const sim = await startOpenAiSim({ pace: 10, deltaSpeed: 20, ...options });
  const clients: TestClient[] = [];
  const connect = (clientOptions?: ClientOptions): TestClient => {
    const client = new TestClient(sim.realtimeUrl, clientOptions);
    clients.push(client);
    return client;
  };
  const close = async (): Promise<void> => {
    for (const client of clients) client.socket.terminate();
    await sim.stop();
  };
  return { sim, client: connect(), connect, close };
}

/** The session set up as a phone's, with these settings on top. */
export async function setUp(client: TestClient, session: object = {}, audio: object = PHONE): Promise<void> {
  await client.event('session.created');
  const from = client.received.length;
  client.send({ type: 'session.update', session: { type: 'realtime', ...session, audio } });
  await client.event('session.updated', from);
}
