/**
 * Connections to Redis: one server, Sentinel or Cluster, over TLS where asked. The only importer of ioredis. A
 * connection is opened once, reconnects for ever with a bounded, jittered delay, and tells of it; it never throws by
 * itself. Each purpose has a connection of its own, since a blocked or subscribed one serves no other:
 *
 * - `sessions`, on a call's path: a command that has no answer in 250 ms has failed (it may have had its effect), one
 *   given while Redis is away fails at once, and none is ever sent a second time.
 * - `pubsub`: subscriptions wait for Redis and are renewed after each reconnect.
 * - `queue`, for BullMQ: commands wait for Redis as long as it takes; blocking reads must not time out, but a connection
 *   that is silent for longer than they block is dead.
 */
import { Cluster, type ClusterOptions, Command, Redis, type RedisOptions } from 'ioredis';
import type { RedisTarget } from '../ops/config.ts';
import { CommandDeadlines } from './command-deadlines.ts';

export type RedisPurpose = 'sessions' | 'pubsub' | 'queue';
export type RedisClient = Redis | Cluster;

const COMMAND_TIMEOUT_MS = 250;
/** A connection on which an answer is due and nothing comes for so long is dead: it is cut, and opened anew. */
const SILENCE_LIMIT_MS = 2000;
/** The same where an answer may be held back: BullMQ blocks for ten seconds at most. */
const BLOCKING_SILENCE_LIMIT_MS = 15_000;
/** How often a connection is asked for a sign of life, so that a dead one is noticed though nobody uses it. */
const PULSE_MS = 5000;
const CONNECT_LIMIT_MS = 2000;
const PING_LIMIT_MS = 1000;
const QUIT_LIMIT_MS = 500;
const RECONNECT_DELAY = { firstMs: 50, longestMs: 2000 } as const;
/** A Cluster's command follows moved slots, or waits out a failover, so often at most. */
const REDIRECTION_LIMIT = 5;

export type RedisState = 'connecting' | 'up' | 'down' | 'closed';

export interface RedisConnection {
  readonly client: RedisClient;
  readonly state: RedisState;
  /** Resolves once the connection is up; rejects with the last error where it isn't after `deadlineMs`. */
  ready(deadlineMs: number): Promise<void>;
  /** What `work` asks for goes out in one piece; on a Cluster, where each server has a connection, in several. */
  readonly together: (work: () => void) => void;
  /** Resolves where Redis answers within a second, rejects where it doesn't. */
  readonly ping: () => Promise<void>;
  /** Says goodbye, for at most half a second, and cuts the connection. */
  readonly close: () => Promise<void>;
}

/** Told when a connection comes up, and when it is lost with the reason; each only when it changes. */
export type StateListener = (state: 'up' | 'down', error?: unknown) => void;

/** Delay before the n-th attempt to connect again: doubled each time, bounded, and anywhere in its upper half. */
export function reconnectDelayMs(attempt: number, random: () => number = Math.random): number {
  const fullMs = Math.min(RECONNECT_DELAY.longestMs, RECONNECT_DELAY.firstMs * 2 ** Math.min(attempt - 1, 10));
  return Math.round(fullMs / 2 + (random() * fullMs) / 2);
}

const retryStrategy = (attempt: number): number => reconnectDelayMs(attempt);

/** What a purpose asks of each connection to a server. */
const PURPOSE_OPTIONS: Readonly<Record<RedisPurpose, RedisOptions>> = {
  sessions: {
    socketTimeout: SILENCE_LIMIT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  },
  pubsub: { socketTimeout: SILENCE_LIMIT_MS, maxRetriesPerRequest: null, autoResubscribe: true },
  queue: { maxRetriesPerRequest: null, socketTimeout: BLOCKING_SILENCE_LIMIT_MS },
};

/** Has commands given up here: ioredis would do it where their answers may be there, and have a timer for each. */
function withDeadlines(client: RedisClient): RedisClient {
  const deadlines = new CommandDeadlines(COMMAND_TIMEOUT_MS);
  const send: Cluster['sendCommand'] = client.sendCommand.bind(client);
  client.sendCommand = (...given: Parameters<typeof send>) => {
    deadlines.watch(given[0]);
    return send(...given);
  };
  return client;
}

function serverOptions(target: RedisTarget, purpose: RedisPurpose): RedisOptions {
  return {
    ...PURPOSE_OPTIONS[purpose],
    connectionName: `ava-${purpose}`,
    connectTimeout: CONNECT_LIMIT_MS,
    keepAlive: 10_000,
    username: target.username ?? undefined,
    password: target.password?.reveal(),
    tls: target.tls ? {} : undefined,
    retryStrategy,
    // A primary that was demoted under us: connect again, to find the new one.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

function connectCluster(target: RedisTarget & { kind: 'cluster' }, purpose: RedisPurpose): Cluster {
  const { enableOfflineQueue = true, retryStrategy: _, ...redisOptions } = serverOptions(target, purpose);
  const options: ClusterOptions = {
    enableOfflineQueue,
    redisOptions,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: CONNECT_LIMIT_MS,
    maxRedirections: REDIRECTION_LIMIT,
  };
  // Certificates name hosts, so that addresses must not be resolved beforehand.
  if (target.tls) options.dnsLookup = (address, done) => done(null, address);
  return new Cluster([...target.nodes], options);
}

function connect(target: RedisTarget, purpose: RedisPurpose): RedisClient {
  if (target.kind === 'cluster') return connectCluster(target, purpose);
  const options = { ...serverOptions(target, purpose), db: target.db };
  if (target.kind === 'single') return new Redis({ ...options, ...target.endpoint });
  return new Redis({
    ...options,
    sentinels: [...target.sentinels],
    name: target.name,
    sentinelPassword: target.sentinelPassword?.reveal(),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: CONNECT_LIMIT_MS,
    enableTLSForSentinelMode: target.tls,
    failoverDetector: true,
  });
}

/** Settles as `work` does, or rejects after `limitMs`. */
function within<T>(work: Promise<T>, limitMs: number, whyNot: () => Error): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(whyNot()), limitMs);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Tells of changes, and keeps the reason of the last failure. */
function watch(client: RedisClient, onState: StateListener): { state: RedisState; lastError: unknown } {
  const watched = { state: 'connecting' as RedisState, lastError: new Error('Redis has not answered yet') as unknown };
  const becomes = (next: 'up' | 'down'): void => {
    if (watched.state === 'closed' || watched.state === next) return;
    watched.state = next;
    if (next === 'up') onState('up');
    else onState('down', watched.lastError);
  };
  const failed = (error: unknown): void => {
    watched.lastError = error;
  };
  // Without a listener an error would end the process.
  client.on('error', failed);
  client.on('node error', failed);
  client.on('ready', () => becomes('up'));
  client.on('close', () => becomes('down'));
  return watched;
}

/**
 * Connects again where the client has given up for good: ioredis does when Sentinel tells of a failover while it is
 * looking for the primary. The returned function ends it.
 */
function keepTrying(client: RedisClient): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = 0;
  const tryAgain = (): void => {
    ended += 1;
    clearTimeout(timer);
    timer = setTimeout(() => void client.connect().catch(() => undefined), reconnectDelayMs(ended));
  };
  const reset = (): void => {
    ended = 0;
  };
  client.on('end', tryAgain);
  client.on('ready', reset);
  return () => {
    client.off('end', tryAgain);
    clearTimeout(timer);
  };
}

/**
 * Runs the script that a server knows by this name. `client.evalsha` copies the arguments twice more on the way, and a
 * command that is made with them once more, flattening them.
 */
export function evaluate(
  client: RedisClient,
  sha: string,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  const command = new Command('evalsha', [], { replyEncoding: 'utf8' });
  command.args = [sha, String(keys.length), ...keys, ...args.map(String)];
  client.sendCommand(command);
  return command.promise;
}

function together(client: RedisClient, work: () => void): void {
  const stream = client instanceof Redis ? client.stream : undefined;
  stream?.cork();
  try {
    work();
  } finally {
    stream?.uncork();
  }
}

/**
 * Opens a connection for one purpose; resolves nothing and waits for nothing, since a node starts with Redis away too.
 * Close it.
 */
export function openRedis(target: RedisTarget, purpose: RedisPurpose, onState: StateListener): RedisConnection {
  const connected = connect(target, purpose);
  const client = purpose === 'sessions' ? withDeadlines(connected) : connected;
  const watched = watch(client, onState);
  const giveUp = keepTrying(client);
  const ping = async (): Promise<void> => {
    await within(client.ping(), PING_LIMIT_MS, () => new Error('Redis does not answer'));
  };
  const pulse = setInterval(() => {
    // Its answer is of no interest: that none comes is noticed by the connection.
    if (client.status === 'ready') ping().catch(() => undefined);
  }, PULSE_MS).unref();

  return {
    client,
    get state() {
      return watched.state;
    },
    async ready(deadlineMs) {
      if (watched.state === 'up') return;
      const up = new Promise<void>((resolve) => client.once('ready', resolve));
      await within(up, deadlineMs, () => new Error('Redis is out of reach', { cause: watched.lastError }));
    },
    together: (work) => together(client, work),
    ping,
    async close() {
      if (watched.state === 'closed') return;
      const polite = watched.state === 'up';
      watched.state = 'closed';
      clearInterval(pulse);
      giveUp();
      if (polite) await within(client.quit(), QUIT_LIMIT_MS, () => new Error('no goodbye')).catch(() => undefined);
      client.disconnect();
    },
  };
}
