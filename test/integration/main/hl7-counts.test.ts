/** A feed that nobody has counted, or that stopped, is restored by each way of counting that HL7 v2 has: a question, and a file of messages. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import type { RefreshedSystem } from '../../../src/clinical/refresh/pull.service.js';
import { RefreshService } from '../../../src/clinical/refresh/refresh.service.js';
import { systemClock } from '../../../src/core/clock.js';
import { silentLogger } from '../../../src/core/logger.js';
import { withFeed } from '../../../src/main/feed.js';
import { type OpenListeners, startListening, startReading } from '../../../src/main/inbound.js';
import type { Hub } from '../../../src/main/open-hub.js';
import { adapterFor } from '../../../src/main/site-adapter.js';
import { startListener } from '../../../src/platform/database/listener.js';
import { DatabaseRole } from '../../../src/platform/database/policy.js';
import { CaseloadWorld } from '../../support/caseload-world.js';
import { type FarEnd, startFarEnd } from '../../support/hl7-far-end.js';
import { dial, framedText, type Hl7Peer } from '../../support/hl7-peer.js';

const HOUR = 3_600_000;
const CODES = ['asked', 'filed'] as const;
type Code = (typeof CODES)[number];

interface Site {
  readonly system: RefreshedSystem;
  readonly adapter: ClinicalRecordAdapter;
  readonly peer: Hl7Peer;
}

let world: CaseloadWorld;
let farEnd: FarEnd;
let folder: string;
let refresh: RefreshService;
let listeners: OpenListeners;
let stopReading: () => Promise<void>;
const sites = new Map<Code, Site>();

/** Local time of some hours ago, as HL7 v2 writes it with its offset. */
const stamp = (hoursAgo: number): string =>
  `${new Date(Date.now() - hoursAgo * HOUR).toISOString().replace(/\D/g, '').slice(0, 14)}+0000`;
const person = (id: string, team: string, at: string, event = 'A08'): string =>
  `EVN|${event}|${at}|||||${at}\rPID|1||${id}^^^RXX^MR||FOTHERINGHAY^Jo\r` +
  `PV1|1|O|${team}${'|'.repeat(16)}v${id}${'|'.repeat(25)}20260102\r`;

beforeAll(async () => {
  world = await CaseloadWorld.open();
  folder = mkdtempSync(join(tmpdir(), 'hub-counts-'));
  farEnd = await startFarEnd();
  const given = { database: world.db.database, clock: systemClock, logger: silentLogger };
  refresh = new RefreshService(given);
  const counting: Readonly<Record<Code, object>> = {
    asked: {
      sendHost: farEnd.host,
      sendPort: farEnd.port,
      sendTls: false,
      sendsDocuments: false,
      receivingApplication: 'PAS',
      receivingFacility: 'RXX',
      sendingFacility: 'RYY',
      queryTeams: true,
      queryTimeoutSeconds: 30,
    },
    filed: { batchFolder: folder, batchSettleSeconds: 0, batchListsEveryTeam: true },
  };
  const kept = [];
  for (const code of CODES) {
    const system = await world.system(code);
    for (const team of ['CMHTN', 'EIP']) await world.map(system, team, await world.team('CMHT'));
    const settings = { listenPort: 0, silentAfterMinutes: 240, ...counting[code] };
    const adapter = withFeed(adapterFor({ code, adapter: 'hl7v2', settings }, given), system, given);
    kept.push({ system, adapter, profile: { code } });
  }
  const listen: Hub['listen'] = (hearing) =>
    startListener({
      ...hearing,
      ownerUrl: world.db.ownerUrl,
      role: DatabaseRole.WORKER,
      logger: silentLogger,
    });
  const hub = { ...given, ownerUrl: world.db.ownerUrl, listen, systems: kept } as unknown as Hub;
  listeners = await startListening(hub);
  stopReading = await startReading(hub);
  for (const [index, { system, adapter }] of kept.entries())
    sites.set(CODES[index]!, { system, adapter, peer: await dial(listeners.addresses[index]!.address) });
});
afterAll(async () => {
  for (const { peer } of sites.values()) peer.close();
  await listeners.close();
  await stopReading();
  for (const { adapter } of sites.values()) await adapter.close();
  await farEnd.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Who is there by each way, some hours ago, by team; null: nobody can say. */
type Told = Readonly<Record<string, readonly string[]>> | null;
let files = 0;
const TELLS: Readonly<Record<Code, (told: Told, hoursAgo: number) => void>> = {
  asked: (told, hoursAgo) => {
    farEnd.deed = ({ text, controlId, socket, acknowledge }) => {
      if (told === null) return acknowledge('AE');
      const team = /\rQRF\|([^|\r]*)/.exec(text)![1]!;
      const people = told[team] ?? [];
      const head = `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|${stamp(hoursAgo)}||ADR^A19|R|P|2.4\rMSA|AA|${controlId}\r`;
      const status = `QAK||${people.length === 0 ? 'NF' : 'OK'}|A19|${people.length}\r`;
      socket.write(
        framedText(head + status + people.map((id) => person(id, team, stamp(hoursAgo))).join('')),
      );
    };
  },
  filed: (told, hoursAgo) => {
    if (told === null) return;
    const people = Object.entries(told).flatMap(([team, ids]) => ids.map((id) => [id, team] as const));
    const at = stamp(hoursAgo);
    const messages = people.map(
      ([id, team]) => `MSH|^~\\&|PAS|RXX|HUB|RYY|${at}||ADT^A08|${id}|P|2.4\r${person(id, team, at)}`,
    );
    files += 1;
    const file = join(folder, `all-${files}.hl7`);
    writeFileSync(
      file,
      `FHS|^~\\&|PAS|RXX|||${at}\rBHS|^~\\&|PAS\r${messages.join('')}BTS|${people.length}\rFTS|1\r`,
    );
    utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  },
};

describe.each(CODES)('%s', (code) => {
  const sweep = async (): Promise<readonly string[]> => {
    const { system, adapter } = sites.get(code)!;
    const pulls = await refresh.refreshSystem(system, adapter, 'SWEEP');
    return pulls.map(({ teamReference, failureCode }) => `${teamReference} ${failureCode ?? 'COMPLETE'}`);
  };
  /** Who is on each caseload by the sweep. */
  const members = async (): Promise<readonly string[]> => {
    const rows = await world.sql<{ says: string }>(
      `select concat_ws(' ', local_id, team_reference, state) as says from caseload_memberships
       where system_id = $1 and observed_to is null order by 1`,
      [sites.get(code)!.system.id],
    );
    return rows.map(({ says }) => says);
  };
  const heard = (hoursAgo: number) =>
    world.sql('update inbound_sources set heard_at = $2 where system_id = $1', [
      sites.get(code)!.system.id,
      new Date(Date.now() - hoursAgo * HOUR),
    ]);

  test('a feed tells who came, and of nobody’s absence', async () => {
    const { peer, system } = sites.get(code)!;
    const at = stamp(24);
    const header = `MSH|^~\\&|PAS|RXX|HUB|RYY|${at}||ADT^A01|1|P|2.4\r`;
    peer.write(framedText(header + person('p1', 'EIP', at, 'A01')));
    expect(await peer.answered(1)).toEqual(['AA 1']);
    const unread = `select count(*)::int as n from inbound_messages where system_id = $1 and state = 'KEPT'`;
    while ((await world.sql<{ n: number }>(unread, [system.id]))[0]!.n > 0) await sleep(10);
    TELLS[code](null, 0);
    expect(await sweep()).toEqual(['CMHTN HUB_FEED_NOT_COUNTED', 'EIP HUB_FEED_NOT_COUNTED']);
  });

  test('once everybody is counted it does, and whoever the feed never told of is there', async () => {
    TELLS[code]({ EIP: ['p1'], CMHTN: ['p9'] }, 6);
    expect(await sweep()).toEqual(['CMHTN COMPLETE', 'EIP COMPLETE']);
    expect(await members()).toEqual(['p1 EIP OPEN', 'p9 CMHTN OPEN']);
  });

  test('a feed that stops is not believed, nor is a count that is older than its silence', async () => {
    await heard(5);
    if (code === 'asked') TELLS.asked(null, 0);
    expect(await sweep()).toEqual(['CMHTN HUB_FEED_SILENT', 'EIP HUB_FEED_SILENT']);
  });

  test('a count of now restores it, with whoever came and whoever left in the silence', async () => {
    TELLS[code]({ EIP: ['p1', 'p3'], CMHTN: [] }, 0.01);
    expect(await sweep()).toEqual(['CMHTN COMPLETE', 'EIP COMPLETE']);
    expect(await members()).toEqual([
      'p1 EIP OPEN',
      'p3 EIP OPEN',
      expect.stringMatching(/^p9 CMHTN ENDED$/),
    ]);
  });
});
