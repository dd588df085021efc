/**
 * One running Ava: everything a node holds, opened in order and closed in reverse. The only place where the parts meet;
 * what each of them needs of the others is handed over here and nowhere else, which makes it longer than 500 lines.
 */
import { type Clock, systemClock } from '../../actors/kernel/clock.ts';
import type { Rotation } from '../../actors/model/state.ts';
import { postgresBookingStore } from '../../db/bookings.ts';
import { redisCallKeeper } from '../../db/call-keeper.ts';
import { postgresCallRegister } from '../../db/call-register.ts';
import { postgresCallWatch } from '../../db/call-watch.ts';
import { cachedClinicDirectory } from '../../db/clinic-directory.ts';
import { redisClinicVault } from '../../db/clinic-vault.ts';
import { newestClinicIds } from '../../db/clinics.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { postgresKnownCallers } from '../../db/known-callers.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { postgresPhraseStore } from '../../db/phrases.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { openRedis, type RedisConnection } from '../../db/redis.ts';
import { postgresTextBook } from '../../db/texts.ts';
import { postgresThreadBook, type ThreadTimes } from '../../db/thread-book.ts';
import { withinPatience } from '../../db/within-patience.ts';
import type { Config } from '../../ops/config.ts';
import type { EventBus } from '../../ops/events.ts';
import { createHealth, type Health } from '../../ops/health.ts';
import { createLifecycle, type Lifecycle } from '../../ops/lifecycle.ts';
import { createMetrics, type Metrics } from '../../ops/metrics.ts';
import { createTraces, type Traces } from '../../ops/traces.ts';
import type { RetryPolicy } from '../../queues/retry.ts';
import type { CallWatch } from '../domain/call-watch.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ClinicDirectory, ConversationLog, PhraseBook } from '../domain/ports.ts';
import { openHttp } from '../http/app.ts';
import { browserCalls } from '../http/routes/browser-calls.ts';
import { browserVoice } from '../http/routes/browser-voice.ts';
import { drain as drainRoute } from '../http/routes/drain.ts';
import { googleNotify } from '../http/routes/google-notify.ts';
import { healthLive, healthReady } from '../http/routes/health.ts';
import { metrics as metricsRoute } from '../http/routes/metrics.ts';
import { twilioMedia } from '../http/routes/twilio-media.ts';
import { twilioSms } from '../http/routes/twilio-sms.ts';
import { twilioSmsStatus } from '../http/routes/twilio-sms-status.ts';
import { twilioStatus } from '../http/routes/twilio-status.ts';
import { twilioVoice } from '../http/routes/twilio-voice.ts';
import { twilioVoiceContinue } from '../http/routes/twilio-voice-continue.ts';
import { twilioVoiceWhisper } from '../http/routes/twilio-voice-whisper.ts';
import type { TwilioEdge } from '../http/twilio-edge.ts';
import { loadUws, type UwsBuild } from '../http/uws.ts';
import { type OpenAiCircuit, openAiCircuit } from '../openai/circuit.ts';
import type { PairFrames } from '../openai/pairing-policy.ts';
import { realtimeConnector } from '../openai/realtime.ts';
import { sentenceRenderer } from '../openai/rendering.ts';
import type { Reach } from '../webhooks/targets.ts';
import { openHeartbeat, openJobs } from './background.ts';
import { BrokenCalls } from './broken-calls.ts';
import { BrowserCalls } from './browser-desk.ts';
import { type Calendars, NOTIFY_PATH, openCalendars } from './calendars.ts';
import type { CallKeeping } from './call-adoption.ts';
import type { CallWorld } from './call-world.ts';
import { goOnByText } from './cut-off.ts';
import { drained } from './draining.ts';
import { healthChecks } from './health-checks.ts';
import { openWatchdog } from './open-watchdog.ts';
import { RenderedPhraseBook } from './phrase-book.ts';
import { rehearse } from './rehearsal.ts';
import { SaveRounds } from './save-rounds.ts';
import { Switchboard } from './switchboard.ts';
import { ticketLedger } from './ticket-ledgers.ts';

export interface AvaNode {
  readonly port: number;
  readonly opsPort: number;
  readonly lifecycle: Lifecycle;
  readonly health: Health;
}

export interface NodeOptions {
  readonly config: Config;
  readonly events: EventBus;
  readonly version: string;
  /** `POST /drain` was asked for. */
  readonly onDrain: () => void;
  /** Opened and closed with the node; of its own where nothing else is given. */
  readonly traces?: Traces;
  /** What time it is; the machine's where nothing else is given. */
  readonly clock?: Clock;
  /** Whether this node has missing phrases rendered; true where nothing else is given. */
  readonly rendersPhrases?: boolean;
  /** When a call's session with the model is followed by a fresh one; by the service's limit where absent. */
  readonly modelRotation?: Rotation | undefined;
  /** How often and how soon a model that could not score is asked again; as the table of policies says where absent. */
  readonly scoringPatience?: RetryPolicy | undefined;
  /** Where clinics' own systems may be: in public, where nothing else is given. No variable says so. */
  readonly webhookReach?: Reach | undefined;
  /** The same of one that gave no answer to a text. */
  readonly answeringPatience?: RetryPolicy | undefined;
  /** How long texts wait for each other; as the store's constants say where absent. */
  readonly threadTimes?: ThreadTimes | undefined;
  /** Whether caller frames travel in pairs; while the node is busy where nothing else is given. */
  readonly pairFrames?: PairFrames | undefined;
  /** Asked as each call begins. False: it is not kept outside the node, and ends with it. */
  readonly keepCalls?: (() => boolean) | undefined;
}

/** Clinics whose phrases a starting node looks after; others follow when they are called. */
const PHRASES_AT_START = 100;
/** How long a starting node waits for its dependencies before it goes on without them. */
const PATIENCE_MS = 2_000;
const LOG_CLOSE_MS = 8_000;
const OPS_CLOSE_MS = 500;
/** What Postgres keeps for superusers by default (`superuser_reserved_connections`). */
const RESERVED_CONNECTIONS = 3;

/** The node's traces, before it is started: for a log that is opened earlier. */
export function tracesOf({ nodeId, telemetry }: Config, events: EventBus, version: string): Traces {
  const { otlpEndpoint: endpoint, tracedShare: share } = telemetry;
  return createTraces({ endpoint, share, events, nodeId, version });
}

/** Opens everything and answers once calls can be taken. Rejects with the first thing that failed; what was open is closed by then. */
export async function startNode(options: NodeOptions): Promise<AvaNode> {
  const lifecycle = createLifecycle();
  try {
    return await open(options, lifecycle);
  } catch (error) {
    await lifecycle.stop();
    throw error;
  }
}

async function open(given: NodeOptions, lifecycle: Lifecycle): Promise<AvaNode> {
  const { config, events } = given;
  const options = { ...given, traces: given.traces ?? tracesOf(config, events, given.version) };
  // First, since it is closed last: what everything else did while it closed is sent as well.
  await lifecycle.add(
    'traces',
    () => options.traces.open(),
    () => options.traces.close(),
  );
  const stores = await openStores(options, lifecycle);
  const calendars = openCalendars({ ...options, tracing: options.traces.tracing }, stores.database);
  const circuit = await openModel(options, lifecycle);
  const health = createHealth({ checks: healthChecks({ ...stores, circuit }), now: () => performance.now() });
  const phrases = await openPhrases(options, stores, lifecycle);
  const calls = await openCalls(options, { ...stores, phrases, circuit, calendars }, lifecycle);
  if (config.role !== 'worker') await rehearseCalls(options, stores);
  const ports = await openPorts(options, { ...stores, ...calls, calendars, health }, lifecycle);
  await openJobs(options, { ...stores, calendars }, lifecycle);
  // Last, since it is closed first: from then on no call begins here, while all that live calls need still works.
  const drainMs = config.calls.drainTimeoutS * 1_000;
  await lifecycle.add(
    'live calls',
    () => calls,
    (opened, hurry) => drained(opened, drainMs, hurry),
    { closeMs: drainMs + PATIENCE_MS },
  );
  health.setState('ready');
  const { build } = ports;
  events.emit('process.state', { state: 'ready', detail: `${config.role}, ${build.name} ${build.version}` });
  return { port: ports.port, opsPort: ports.opsPort, lifecycle, health };
}

type OpenOptions = NodeOptions & { readonly traces: Traces };

interface Stores {
  readonly database: Database;
  readonly redis: RedisConnection;
  readonly log: ConversationLog;
  readonly directory: ClinicDirectory;
}

/** Opens what remembers. A store that is out of reach keeps nobody from starting: calls are answered and say so. */
async function openStores(options: OpenOptions, lifecycle: Lifecycle): Promise<Stores> {
  const { config, events, traces } = options;
  const lost = (error: unknown) => events.emit('dependency.lost', { name: 'redis', error });
  const database = await lifecycle.add(
    'postgres',
    () =>
      openPostgres({
        url: config.database.url.reveal(),
        poolSize: config.database.poolSize,
        applicationName: config.nodeId,
        onQuery: (report) => events.emit('db.queried', report),
        tracing: traces.tracing,
      }),
    (opened) => opened.close(),
  );
  await openHeartbeat(options, database, lifecycle);
  const redis = await lifecycle.add(
    'redis',
    () =>
      openRedis(config.redis, 'sessions', (state, error) =>
        state === 'up' ? events.emit('dependency.back', { name: 'redis' }) : lost(error),
      ),
    (opened) => opened.close(),
  );
  const log = await lifecycle.add(
    'conversation log',
    () =>
      postgresConversationLog(database, {
        onDropped: (count) => events.emit('log.entries_dropped', { count }),
        onFoldsDropped: (count) => events.emit('log.folds_dropped', { count }),
        onFailure: (error) => events.emit('store.failed', { what: 'record', error }),
        onStale: (owner) => events.emit('call.displaced', owner),
      }),
    (opened) => opened.close(LOG_CLOSE_MS),
    { closeMs: LOG_CLOSE_MS + 1_000 },
  );
  await refuseTooLargePool(database, config.database.poolSize);
  await redis.ready(PATIENCE_MS).catch(lost);
  const directory = await openDirectory({ database, redis }, events, lifecycle);
  return { database, redis, log, directory };
}

/** Opened with Redis ready where it can be, so that what is read first is kept there at once. */
async function openDirectory(
  { database, redis }: Pick<Stores, 'database' | 'redis'>,
  events: EventBus,
  lifecycle: Lifecycle,
): Promise<ClinicDirectory> {
  const onUnreadable = (clinicId: string, error: unknown): void => {
    events.emit('clinic.unreadable', { clinicId, error });
  };
  const opened = await lifecycle.add(
    'clinic directory',
    () =>
      cachedClinicDirectory({
        database,
        vault: redisClinicVault(redis.client, { onUnreadable }),
        onLost: (name, error) => events.emit('dependency.lost', { name, error }),
        onBack: (name) => events.emit('dependency.back', { name }),
        onUnreadable,
      }),
    (directory) => directory.close(),
  );
  await opened.start();
  return opened;
}

/** A pool that the server can't hold would fail under load; it fails here. A server out of reach is asked by nobody. */
async function refuseTooLargePool(database: Database, poolSize: number): Promise<void> {
  const most = await database.maxConnections().catch(() => Number.POSITIVE_INFINITY);
  if (poolSize + RESERVED_CONNECTIONS <= most) return;
  throw new Error(
    `DATABASE_POOL_SIZE is ${poolSize}, but this Postgres takes ${most} connections, ${RESERVED_CONNECTIONS} of them reserved: ` +
      'lower it, or raise max_connections',
  );
}

/**
 * A worker takes no calls: it opens a book that nobody reads from, and looks after nothing. A node that does may be handed
 * eighty calls in its first second, each in the middle of a sentence: it begins with the phrases that are kept in memory.
 */
function openPhrases(options: NodeOptions, stores: Stores, lifecycle: Lifecycle): Promise<PhraseBook> {
  const { config, events, clock = systemClock(), rendersPhrases = true } = options;
  const { realtimeUrl, apiKey, models } = config.openai;
  const { database, directory } = stores;
  const model = models.realtime;
  const render = sentenceRenderer({ url: realtimeUrl, apiKey: apiKey.reveal(), model });
  return lifecycle.add(
    'phrase book',
    async () => {
      const book = new RenderedPhraseBook({
        directory,
        store: postgresPhraseStore(database),
        render: rendersPhrases ? render : null,
        model,
        node: config.nodeId,
        events,
        clock,
        clinicIds: () => newestClinicIds(database, PHRASES_AT_START),
      });
      if (config.role !== 'worker') await withinPatience(book.start(), PATIENCE_MS, undefined);
      return book;
    },
    (opened) => opened.close(),
  );
}

/** Sessions with the model, and whether any are to be had. */
function openModel({ config, events, pairFrames }: NodeOptions, lifecycle: Lifecycle): Promise<OpenAiCircuit> {
  const { realtimeUrl, apiKey, models } = config.openai;
  const connect = realtimeConnector({
    url: realtimeUrl,
    apiKey: apiKey.reveal(),
    model: models.realtime,
    transcriptionModel: models.transcription,
    pairFrames,
    onRelayed: (direction, ms) => events.emit('media.relayed', { direction, ms }),
  });
  return lifecycle.add(
    'model circuit',
    () => openAiCircuit({ connect, events }),
    (opened) => opened.close(),
  );
}

interface CallStores extends Stores {
  readonly phrases: PhraseBook;
  readonly circuit: OpenAiCircuit;
  readonly calendars: Calendars;
}

interface Calls {
  readonly watch: CallWatch;
  readonly switchboard: Switchboard;
  readonly browsers: BrowserCalls;
  readonly rounds: SaveRounds;
}

async function openCalls(options: OpenOptions, stores: CallStores, lifecycle: Lifecycle): Promise<Calls> {
  const { config, events, traces, clock = systemClock(), modelRotation: rotation } = options;
  const bookings = stores.calendars.heeding(postgresBookingStore(stores.database));
  const messages = postgresMessageStore(stores.database);
  const { directory, phrases, circuit, log, redis } = stores;
  const { models } = config.openai;
  const keeper = redisCallKeeper(redis.client);
  const rounds = new SaveRounds({
    together: redis.together,
    onBroken: (error) => events.emit('process.unhandled', { kind: 'exception', error }),
  });
  const keeping: CallKeeping = {
    keeper,
    register: postgresCallRegister(stores.database),
    rounds,
    resumeMs: config.calls.resumeTtlS * 1_000,
  };
  const world: CallWorld = {
    connectModel: circuit.connect,
    rotation,
    chance: Math.random,
    models,
    phrases,
    bookings,
    recognise: postgresKnownCallers(stores.database, () => clock.now()),
    messages,
    log,
    events,
    tracing: traces.tracing,
    clock,
    get keeping() {
      return options.keepCalls?.() === false ? undefined : keeping;
    },
  };
  const book = postgresThreadBook(stores.database, options.threadTimes);
  const writing = { book, directory, bookings, events, now: () => clock.now() };
  const others: { browsers?: BrowserCalls } = {};
  const node = config.nodeId;
  const watch = postgresCallWatch(stores.database, node);
  const brokenCalls = await lifecycle.add(
    'broken calls',
    () =>
      new BrokenCalls({
        keeper,
        ledger: ticketLedger(redis, clock),
        goOnByText: (cut) => goOnByText(writing, cut),
        events,
        clock,
      }),
    (opened) => opened.close(),
  );
  const switchboard = await lifecycle.add(
    'calls',
    () =>
      new Switchboard({
        directory,
        node,
        capacity: config.calls.max,
        elsewhere: () => others.browsers?.active ?? 0,
        modelDown: circuit.isOpen,
        onLeftElsewhere: (callSid) =>
          void watch.noteLeft(callSid).catch((error) => events.emit('dependency.lost', { name: 'postgres', error })),
        brokenCalls,
        world,
      }),
    (opened) => opened.stop(),
  );
  await lifecycle.add(
    'displaced calls',
    () =>
      events.on('call.displaced', ({ callSid = '', epoch }) => {
        switchboard.displaced(callSid, epoch);
        others.browsers?.displaced(callSid, epoch);
      }),
    (stopListening) => stopListening(),
  );
  const browsers = await lifecycle.add(
    'browser calls',
    () =>
      new BrowserCalls({
        directory,
        world,
        node,
        shedReason: () => switchboard.shedReason(),
        ledger: ticketLedger(redis, clock),
        resumeMs: config.calls.resumeTtlS * 1_000,
      }),
    (opened) => opened.stop(),
  );
  others.browsers = browsers;
  return { watch, switchboard, browsers, rounds };
}

/** Before anybody can call; not at all where there is no clinic yet, or none can be had. */
async function rehearseCalls({ clock = systemClock() }: NodeOptions, { database, directory }: Stores): Promise<void> {
  const anyClinic = async (): Promise<Clinic | undefined> => {
    const [clinicId] = await newestClinicIds(database, 1);
    return clinicId === undefined ? undefined : directory.byId(clinicId);
  };
  const clinic = await withinPatience(anyClinic(), PATIENCE_MS, undefined).catch(() => undefined);
  if (clinic) await rehearse(clinic, clock.now());
}

interface Inside extends Stores, Calls {
  readonly health: Health;
  readonly calendars: Calendars;
}

interface Ports {
  readonly port: number;
  readonly opsPort: number;
  readonly build: UwsBuild;
}

async function openPorts(options: OpenOptions, inside: Inside, lifecycle: Lifecycle): Promise<Ports> {
  const { config, events, onDrain } = options;
  const { health } = inside;
  const build = loadUws();
  const metrics = await lifecycle.add(
    'metrics',
    () => openMetrics(options, build, inside),
    (opened) => opened.close(),
  );
  const shared = { host: config.host, events, tracing: options.traces.tracing, build };
  const healthRoutes = [...healthLive(health), healthReady(health)];
  const ops = await lifecycle.add(
    'ops port',
    () =>
      openHttp({
        ...shared,
        name: 'ops',
        port: config.opsPort,
        portVariable: 'OPS_PORT',
        overTls: false,
        routes: [...healthRoutes, metricsRoute(() => metrics.metricsText()), drainRoute(onDrain)],
        sockets: [],
      }),
    (opened) => opened.close(OPS_CLOSE_MS),
  );
  if (config.role === 'worker') return { port: 0, opsPort: ops.port, build };
  const edge = twilioEdge(options, inside);
  const browserEdge = { ...edge, desk: inside.browsers, needsToken: config.nodeEnv === 'production' };
  const server = await lifecycle.add(
    'public port',
    () =>
      openHttp({
        ...shared,
        name: 'public',
        port: config.port,
        portVariable: 'PORT',
        overTls: config.publicUrl.startsWith('https:'),
        routes: [
          ...healthRoutes,
          twilioVoice(edge),
          twilioVoiceContinue(edge),
          twilioVoiceWhisper(edge),
          twilioStatus(edge),
          twilioSms(edge, {
            directory: inside.directory,
            book: postgresThreadBook(inside.database, options.threadTimes),
          }),
          twilioSmsStatus(edge, postgresTextBook(inside.database)),
          browserCalls(browserEdge),
          googleNotify({ path: NOTIFY_PATH, knock: (channelId, token) => inside.calendars.knock(channelId, token) }),
        ],
        sockets: [twilioMedia(edge), browserVoice(browserEdge)],
      }),
    (opened) => opened.close(),
  );
  await openWatchdog(options, { ...inside, edge }, lifecycle);
  return { port: server.port, opsPort: ops.port, build };
}

function openMetrics(
  { config, events, version, clock = systemClock() }: NodeOptions,
  build: UwsBuild,
  { switchboard, browsers, rounds }: Calls,
): Metrics {
  const active = (): number => switchboard.active + browsers.active;
  return createMetrics({
    events,
    build: { version, node: process.version, uws: `${build.name} ${build.version}` },
    calls: {
      active,
      capacity: () => (config.role === 'worker' ? 0 : config.calls.max),
      checkpointLagS: () => rounds.lagMs(clock.now()) / 1000,
    },
    realtimeModel: config.openai.models.realtime,
  });
}

function twilioEdge(
  { config, events, clock = systemClock() }: NodeOptions,
  { redis, switchboard }: Inside,
): TwilioEdge {
  return {
    desk: switchboard,
    events,
    ledger: ticketLedger(redis, clock),
    publicUrl: config.publicUrl,
    authToken: config.twilio.authToken.reveal(),
    sessionSecret: config.secrets.session.reveal(),
    now: () => clock.now(),
  };
}
