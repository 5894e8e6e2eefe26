/** Puts the graph on HTTP: who calls, what they may, compiled reads, health and metrics. */
import type { Socket } from 'node:net';
import { buildGraph } from '../../schema/build-graph.js';
import { compiledReads, liveFaults } from '../../schema/compiled-reads.js';
import { COST_TABLE } from '../../schema/cost-table.js';
import { EXPLORER_EXAMPLES } from '../../schema/explorer/examples.js';
import { GraphContext, type GraphRuntime } from '../../schema/graph-context.js';
import { ROOTS } from '../../schema/roots.js';
import { createServer } from '../../schema/server/create-server.js';
import type { SystemState } from '../../schema/server/server-options.js';
import { RecordReadService } from '../clinical/record-read.service.js';
import { addressFault } from '../core/address-faults.js';
import { NO_SCOPE } from '../core/caller.js';
import { messageBody } from '../delivery/messages/message-body.service.js';
import { CursorKeyring } from '../platform/database/select/sealed-cursors.js';
import { processMetrics } from '../platform/metrics.js';
import { cursorSecret } from '../platform/settings/cursor-secret.js';
import { type Settings, settingsError } from '../platform/settings/settings.js';
import { fitOf } from './conformance-watch.js';
import { deliveryFigures } from './delivery-metrics.js';
import { type FeedFigures, type FeedState, feedFigures } from './feed-standing.js';
import { hearChanges } from './heard-changes.js';
import { hintReceiver } from './hints.js';
import { keptFigures } from './kept-figures.js';
import type { Hub } from './open-hub.js';
import { refreshByCaller } from './refresh-by-caller.js';
import { publishedKeys } from './systems.js';
import { tokenVerifierFor } from './token-keys.js';

/** A hub that serves. */
export interface Serving {
  /** Base address, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a hub on its host and port. */
export async function serve(hub: Hub): Promise<Serving> {
  const { settings, database, audit, logger, clock } = hub;
  const verifier = await tokenVerifierFor(settings, clock);
  const publicKeys = publishedKeys(hub.systems.map(({ profile }) => profile));
  const changes = await hearChanges(hub.listen);
  const metrics = processMetrics();
  const feeds = keptFigures(() => feedFigures(hub));
  const runtime: GraphRuntime = {
    database,
    audit,
    services: {
      ...hub.services,
      messageBody: (caller, form) => messageBody(database, caller, form),
      refreshCaseload: refreshByCaller(hub),
    },
    cursors: new CursorKeyring(Buffer.from(cursorSecret(settings))),
    deliveryChanges: changes,
    record: new RecordReadService({
      database,
      clock,
      audit,
      systems: () => hub.systems.map(({ system, adapter }) => ({ ...system, record: adapter.record })),
      deadlineMs: settings.recordTimeoutMs,
    }),
  };
  const contextOf = (context: GraphContext) => context.readContext;
  const server = await createServer<GraphContext>({
    schema: await buildGraph(),
    verifyToken: (token) => verifier.verify(token),
    contextFor: async ({ token, correlationId, header }) => {
      const request = { role: header('hub-role'), purpose: header('hub-purpose'), correlationId };
      return new GraphContext(runtime, token && (await hub.callers.resolve(token, request)), correlationId);
    },
    costs: COST_TABLE,
    plugins: [compiledReads({ roots: ROOTS, contextOf }), liveFaults(contextOf, logger)],
    logger,
    health: {
      checks: [
        {
          name: 'database',
          run: async () => void (await database.read('staff', NO_SCOPE, { text: 'select 1', values: [] })),
        },
      ],
      systems: () => systemStates(hub, feeds),
    },
    publicKeys,
    hints: hintReceiver(hub, metrics),
    metrics: { registry: { contentType: metrics.contentType, metrics: () => metrics.render() } },
    rate: { perSubject: settings.ratePerMinute * 10, windowMs: 600_000 },
    ...(settings.isDemonstration ? { explorer: { examples: EXPLORER_EXAMPLES } } : {}),
  });
  const connections = connectionsOf(server);
  const forgetting = [
    metrics.watchDeliveries(deliveryFigures(hub)),
    metrics.watchFeeds(async () =>
      (await feeds()).map((feed) => ({ ...feed, silent: feed.state === 'SILENT' })),
    ),
  ];
  const forget = (): void => {
    for (const each of forgetting) each();
  };
  try {
    await server.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    forget();
    await server.close();
    await changes.close();
    throw listenFault(settings, error);
  }
  const { port } = server.server.address() as { port: number };
  const host = settings.host === '0.0.0.0' || settings.host === '::' ? 'localhost' : settings.host;
  return {
    url: `http://${host}:${port}`,
    close: () => {
      forget();
      return closeServer(server, connections).finally(() => changes.close());
    },
  };
}

/** How often a closing server lets go of connections whose request has been answered, in milliseconds. */
const LET_GO_MS = 50;

/** Connections of a server, kept so that those that never asked anything can be let go: Node counts them as busy until they time out. */
function connectionsOf(server: Awaited<ReturnType<typeof createServer>>): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Answers what is under way and closes. Clients keep connections open for their next request; Node would wait for them to tire of it. */
async function closeServer(
  server: Awaited<ReturnType<typeof createServer>>,
  connections: ReadonlySet<Socket>,
): Promise<void> {
  const lettingGo = setInterval(() => {
    server.server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, LET_GO_MS);
  try {
    await server.close();
  } finally {
    clearInterval(lettingGo);
  }
}

/** A host or port that cannot be had is a setting to correct; anything else stays what it is. */
function listenFault({ host, port }: Settings, error: unknown): unknown {
  const found = addressFault(error);
  if (!found) return error;
  return settingsError([
    found.part === 'PORT'
      ? { name: 'HUB_PORT', fault: `${port} ${found.says}`, accepted: 'a free port, or 0 for any' }
      : { name: 'HUB_HOST', fault: `${host} ${found.says}`, accepted: 'an address of this machine' },
  ]);
}

async function systemStates(hub: Hub, feeds: () => Promise<readonly FeedFigures[]>): Promise<SystemState[]> {
  const sending = new Map((await feeds()).map(({ system, state }) => [system, state]));
  const rows = await hub.database.read('staff', NO_SCOPE, {
    text: `select s.code, s.last_failure_at is not null and (s.last_answer_at is null or s.last_failure_at > s.last_answer_at),
             to_char(min(p.at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
           from clinical_record_systems s
           left join team_maps t on t.system_id = s.id
           left join lateral (select max(finished_at) as at from caseload_pulls c
             where c.system_id = s.id and c.team_reference = t.team_reference and c.kind = 'SWEEP' and c.state = 'COMPLETE') p on true
           group by s.id order by s.code`,
    values: [],
  });
  return rows.map(([system, failing, asOf]) => ({
    system: system as string,
    state: failing ? 'FAILING' : 'ANSWERING',
    asOf: asOf as string | null,
    profile: fitOf(hub.conformance.get(system as string)),
    ...feedOf(sending.get(system as string)),
  }));
}

/** Shown of a system whose feed tells of caseloads. */
const feedOf = (state: FeedState | undefined): Pick<SystemState, 'feed'> =>
  state === undefined || state === 'NO_FEED' ? {} : { feed: state };
