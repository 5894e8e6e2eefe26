/** A hub that takes a feed: listener, message store, reader and the caseload pull, on a database of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCaller } from '../../src/access/caller.service.js';
import type { ClinicalRecordAdapter } from '../../src/clinical/clinical-record.port.js';
import { type HintedRefresh, startHintedRefresh } from '../../src/clinical/hints/hinted-refresh.js';
import type { RefreshedSystem } from '../../src/clinical/refresh/pull.service.js';
import { RefreshService, type TeamRefresh } from '../../src/clinical/refresh/refresh.service.js';
import { systemClock } from '../../src/core/clock.js';
import { newId } from '../../src/core/ids.js';
import { silentLogger } from '../../src/core/logger.js';
import { MessageService } from '../../src/delivery/messages/message.service.js';
import { withFeed } from '../../src/main/feed.js';
import { type OpenListeners, startListening, startReading } from '../../src/main/inbound.js';
import type { Hub } from '../../src/main/open-hub.js';
import { adapterFor } from '../../src/main/site-adapter.js';
import { startListener } from '../../src/platform/database/listener.js';
import { DatabaseRole } from '../../src/platform/database/policy.js';
import { CaseloadWorld } from './caseload-world.js';

/** What the site is. */
export interface FeedSite {
  /** References that are teams of the hub. */
  readonly teams: readonly string[];
  /** Settings of the adapter `hl7v2` beside where it listens. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Least milliseconds between two refreshes that messages ask for. */
  readonly restMs?: number;
}

/** A membership as a pull has left it, but for what was entered in error. */
export interface HeldMembership {
  readonly reference: string;
  readonly localId: string;
  readonly team: string;
  readonly state: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly coordinator: string | null;
  readonly complete: boolean;
}

/** A record as its person is known by. */
export interface HeldRecord {
  readonly localId: string;
  readonly replacedBy: string | null;
  /** The person who stands for it, whoever was merged with whom. */
  readonly person: string;
  readonly dateOfBirth: string | null;
  readonly deceasedOn: string | null;
}

/** How messages stand, and how fast they were read. */
export interface MessageCounts {
  readonly kept: number;
  readonly read: number;
  readonly notUnderstood: number;
  readonly repeats: number;
  /** From the first that was read to the last. */
  readonly perSecond: number;
}

/** Milliseconds between two counts of rows. */
const ANALYZE_MS = 5_000;

export class FeedHub {
  private readonly refresh: RefreshService;
  private readonly closing: (() => Promise<void>)[] = [];

  private constructor(
    readonly world: CaseloadWorld,
    readonly system: RefreshedSystem,
    private readonly adapter: ClinicalRecordAdapter,
    private readonly hub: Hub,
    private readonly listeners: OpenListeners,
    private readonly site: FeedSite,
  ) {
    this.refresh = new RefreshService(hub);
  }

  /** Listens, and keeps what comes. */
  static async open(site: FeedSite): Promise<FeedHub> {
    const world = await CaseloadWorld.open();
    const system = await world.system('pas');
    for (const team of site.teams) await world.map(system, team, await world.team('CMHT'));
    const { database, ownerUrl } = world.db;
    const given = { database, clock: systemClock, logger: silentLogger };
    const settings = { listenPort: 0, feedTellsAll: true, ...site.settings };
    const adapter = withFeed(adapterFor({ code: 'pas', adapter: 'hl7v2', settings }, given), system, given);
    const listen: Hub['listen'] = (hearing) =>
      startListener({ ...hearing, ownerUrl, role: DatabaseRole.WORKER, logger: silentLogger });
    const systems = [{ system, adapter, profile: { code: 'pas' } }];
    const hub = { ...given, ownerUrl, listen, systems } as unknown as Hub;
    return new FeedHub(world, system, adapter, hub, await startListening(hub), site);
  }

  get address(): string {
    return this.listeners.addresses[0]!.address;
  }

  /** Begins to read what is kept, and to refresh where somebody stands otherwise by it. */
  async read(): Promise<void> {
    const counting = new AbortController();
    const counts = this.countRows(counting.signal);
    this.closing.push(async () => {
      counting.abort();
      await counts;
    });
    this.closing.push(await startReading(this.hub));
    const hinted: HintedRefresh = startHintedRefresh({
      database: this.hub.database,
      refresh: this.refresh,
      systems: [{ system: this.system, adapter: this.adapter }],
      restMs: this.site.restMs ?? 1,
      logger: silentLogger,
      lookMs: 20,
    });
    this.closing.push(() => hinted.stop());
  }

  /** Does what autovacuum does where a hub runs; the server of tests has none. */
  private async countRows(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(ANALYZE_MS, undefined, { signal }).catch(() => {});
      await this.world.sql('analyze');
    }
  }

  /** Resolves when every message is read. */
  isRead(): Promise<void> {
    return this.until(`select exists (select from inbound_messages where state = 'KEPT') as waits`);
  }

  /** Resolves when the caseloads are refreshed for everything that is read. */
  isRefreshed(): Promise<void> {
    return this.until('select exists (select from caseload_hints where asked > answered) as waits');
  }

  private async until(question: string): Promise<void> {
    for (;;) {
      const [answer] = await this.world.sql<{ waits: boolean }>(question);
      if (answer?.waits !== true) return;
      await sleep(20);
    }
  }

  async counts(): Promise<MessageCounts> {
    const [counts] = await this.world.sql<MessageCounts>(
      `select count(*)::int as kept, count(*) filter (where state = 'READ')::int as read,
              count(*) filter (where state = 'NOT_UNDERSTOOD')::int as "notUnderstood", sum(repeats)::int as repeats,
              round(count(read_at) / greatest(extract(epoch from max(read_at) - min(read_at)), 0.001))::int as "perSecond"
       from inbound_messages`,
    );
    return counts!;
  }

  /** Decides that what was not understood need not be: so many messages. */
  async setAside(count: number): Promise<void> {
    const caller = systemCaller('test', this.system.organisationId, newId());
    const filter = { systemId: this.system.id };
    const reason = 'They make no sense';
    await new MessageService(this.hub.database).setAsideMany(caller, {
      idempotencyKey: newId(),
      filter,
      count,
      reason,
    });
  }

  sweep(): Promise<readonly TeamRefresh[]> {
    return this.refresh.refreshSystem(this.system, this.adapter, 'SWEEP');
  }

  memberships(): Promise<readonly HeldMembership[]> {
    return this.world.sql<HeldMembership>(
      `select source_reference as reference, local_id as "localId", team_reference as team, state, valid_from::text as "from",
              valid_to::text as "to", care_coordinator_reference as coordinator, complete
       from caseload_memberships
       where system_id = $1 and observed_to is null and state <> 'ENTERED_IN_ERROR' order by 1`,
      [this.system.id],
    );
  }

  records(): Promise<readonly HeldRecord[]> {
    return this.world.sql<HeldRecord>(
      `with recursive chain as (
         select l.id, p.id as person, p.merged_into_id from record_links l join persons p on p.id = l.person_id where l.system_id = $1
         union all select c.id, p.id, p.merged_into_id from chain c join persons p on p.id = c.merged_into_id
       )
       select l.local_id as "localId", l.replaced_by_local_id as "replacedBy", c.person, l.date_of_birth::text as "dateOfBirth",
              l.deceased_on::text as "deceasedOn"
       from chain c join record_links l on l.id = c.id where c.merged_into_id is null order by 1`,
      [this.system.id],
    );
  }

  /** What events do not settle, as kind and local ids. */
  async doubts(): Promise<readonly string[]> {
    const rows = await this.world.sql<{ says: string }>(
      `select kind || ' ' || array_to_string(local_ids, ' ') as says from feed_doubts where system_id = $1`,
      [this.system.id],
    );
    return rows.map(({ says }) => says).sort();
  }

  async close(): Promise<void> {
    await this.listeners.close();
    for (const close of this.closing.reverse()) await close();
    await this.adapter.close();
    await this.world.close();
  }
}
