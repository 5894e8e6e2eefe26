/** A feed from the socket to memberships, and what follows when it stops: freshness falls, somebody is told, and a count restores it. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClinicalRecordAdapter } from '../../../src/clinical/clinical-record.port.js';
import { type HintedRefresh, startHintedRefresh } from '../../../src/clinical/hints/hinted-refresh.js';
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
import { CaseloadWorld, testNhsNumber } from '../../support/caseload-world.js';
import { hub as runHub } from '../../support/command-line.js';
import { dial, framedText, type Hl7Peer } from '../../support/hl7-peer.js';

const HOUR = 3_600_000;

let world: CaseloadWorld;
let folder: string;
let system: RefreshedSystem;
let adapter: ClinicalRecordAdapter;
let listeners: OpenListeners;
let stopReading: () => Promise<void>;
let hinted: HintedRefresh;
let refresh: RefreshService;
let peer: Hl7Peer;
let sent = 0;

beforeAll(async () => {
  world = await CaseloadWorld.open();
  folder = mkdtempSync(join(tmpdir(), 'hub-feed-'));
  system = await world.system('pas');
  await world.map(system, 'CMHTN', await world.team('CMHT'));
  await world.map(system, 'EIP', await world.team('EIP'));
  const { database } = world.db;
  const given = { database, clock: systemClock, logger: silentLogger };
  adapter = withFeed(
    adapterFor(
      {
        code: 'pas',
        adapter: 'hl7v2',
        settings: { listenPort: 0, silentAfterMinutes: 240, allowedSenders: ['PAS|RXX'] },
        others: [
          {
            adapter: 'caseload-extract',
            capabilities: ['COUNT'],
            settings: {
              folder,
              filePattern: 'caseload_{asOf}.csv',
              asOfFormat: 'yyyyMMddHHmm',
              columns: ['team=Team', 'localId=Patient', 'validFrom=From', 'nhsNumber=NHS'],
              completeness: 'NONE',
              listsEveryTeam: true,
              settleSeconds: 0,
              maxShrinkPercent: 100,
            },
          },
        ],
      },
      given,
    ),
    system,
    given,
  );
  refresh = new RefreshService(given);
  const systems = [{ system, adapter, profile: { code: 'pas' } }];
  const listen: Hub['listen'] = (hearing) =>
    startListener({
      ...hearing,
      ownerUrl: world.db.ownerUrl,
      role: DatabaseRole.WORKER,
      logger: silentLogger,
    });
  const hub = { ...given, ownerUrl: world.db.ownerUrl, listen, systems } as unknown as Hub;
  listeners = await startListening(hub);
  stopReading = await startReading(hub);
  hinted = startHintedRefresh({
    database,
    refresh,
    systems: [{ system, adapter }],
    restMs: 1,
    logger: silentLogger,
    lookMs: 20,
  });
  peer = await dial(listeners.addresses[0]!.address);
});
afterAll(async () => {
  peer.close();
  await listeners.close();
  await hinted.stop();
  await stopReading();
  await adapter.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Sends a message of that day of March 2026, or of that time, and waits until it is answered. */
async function send(event: string, day: string, ...segments: readonly string[]): Promise<string> {
  sent += 1;
  const at = day.length === 2 ? `202603${day}100000` : day;
  const header = `MSH|^~\\&|PAS|RXX|HUB|RYY|${at}||ADT^${event}|${sent}|P|2.4\rEVN|${event}|${at}||||${at}\r`;
  peer.write(framedText(`${header}${segments.join('\r')}\r`));
  return (await peer.answered(sent)).at(-1)!;
}
const pid = (id: string, more = ''): string => `PID|1||${id}^^^RXX^MR${more}||FOTHERINGHAY^Jo||19900102|F`;
const pv1 = (team: string, visit: string): string =>
  `PV1|1|O|${team}|||||||||||||||${visit}^^^RXX^VN`.replace(
    `${team}|||||||||||||||${visit}`,
    `${team}${'|'.repeat(16)}${visit}`,
  );

/** Members of both teams once nothing more is on its way. */
async function members(): Promise<Record<string, string>> {
  for (;;) {
    const [left] = await world.sql<{ n: number }>(
      `select (select count(*) from inbound_messages where state = 'KEPT')::int
            + (select coalesce(sum(asked - answered), 0) from caseload_hints)::int as n`,
    );
    if (left!.n === 0) break;
    await sleep(20);
  }
  const rows = await world.sql<{ reference: string; says: string }>(
    `select source_reference as reference, concat_ws('|', state, coalesce(valid_from::text, '-'), coalesce(valid_to::text, '-'), local_id, complete) as says
     from caseload_memberships where system_id = $1 and observed_to is null order by 1`,
    [system.id],
  );
  return Object.fromEntries(rows.map(({ reference, says }) => [reference, says]));
}
const sweep = async () =>
  (await refresh.refreshSystem(system, adapter, 'SWEEP')).map(
    ({ teamReference, failureCode }) => `${teamReference} ${failureCode ?? 'COMPLETE'}`,
  );
const heard = (hoursAgo: number) =>
  world.sql('update inbound_sources set heard_at = $2 where system_id = $1', [
    system.id,
    new Date(Date.now() - hoursAgo * HOUR),
  ]);
/** A nightly file, dated now or some hours ago. */
function drop(hoursAgo: number, ...rows: readonly string[]): void {
  const at = new Date(Date.now() - hoursAgo * HOUR);
  const stamp = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/London',
    dateStyle: 'short',
    timeStyle: 'short',
  })
    .format(at)
    .replace(/\D/g, '');
  const file = join(folder, `caseload_${stamp}.csv`);
  writeFileSync(file, ['Team,Patient,From,NHS', ...rows, ''].join('\n'));
  utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
}

test('what is admitted, moved, discharged and cancelled on the wire is so on the caseloads', async () => {
  expect(await send('A01', '02', pid('p1', `~${testNhsNumber(1)}^^^NHS^NH`), pv1('CMHTN', 'v1'))).toBe(
    'AA 1',
  );
  expect(await send('A01', '03', pid('p2'), pv1('CMHTN', 'v2'))).toBe('AA 2');
  expect(await members()).toEqual({
    'Visit/v1/CMHTN/1': 'OPEN|2026-03-02|-|p1|t',
    'Visit/v2/CMHTN/1': 'OPEN|2026-03-03|-|p2|t',
  });
  await send('A02', '05', pid('p1'), pv1('EIP', 'v1'));
  await send('A11', '03', pid('p2'), pv1('CMHTN', 'v2'));
  expect(await members()).toEqual({
    'Visit/v1/CMHTN/1': 'ENDED|2026-03-02|2026-03-05|p1|t',
    'Visit/v1/EIP/1': 'OPEN|2026-03-05|-|p1|t',
    'Visit/v2/CMHTN/1': 'ENTERED_IN_ERROR|2026-03-03|-|p2|t',
  });
});

test('nobody’s absence follows until somebody has counted; then it does', async () => {
  expect(await sweep()).toEqual(['CMHTN HUB_FEED_NOT_COUNTED', 'EIP HUB_FEED_NOT_COUNTED']);
  drop(6, 'EIP,p1,2026-03-05,', 'CMHTN,p9,2026-01-07,');
  expect(await sweep()).toEqual(['CMHTN COMPLETE', 'EIP COMPLETE']);
  const said = await members();
  expect(said).toMatchObject({
    'Visit/v1/EIP/1': 'OPEN|2026-03-05|-|p1|t',
    [visitOfP9(said)]: 'OPEN|2026-01-07|-|p9|t',
  });
});

/** The file has no numbers of visits: the adapter makes one of the row. */
const visitOfP9 = (said: Readonly<Record<string, string>>): string =>
  Object.keys(said).find((reference) => said[reference]!.includes('|p9|')) ?? '';

test('how long it may be silent is noted beside when it was heard of, for whoever asks the graph', async () => {
  const [row] = await world.sql('select silent_after_ms from inbound_sources where system_id = $1', [
    system.id,
  ]);
  expect(row).toEqual({ silent_after_ms: '14400000' });
});

test('a feed that stops: no sweep is whole until it is heard of again, or counted', async () => {
  await heard(5);
  expect(await sweep()).toEqual(['CMHTN HUB_FEED_SILENT', 'EIP HUB_FEED_SILENT']);
  drop(0, 'EIP,p1,2026-03-05,', 'CMHTN,p9,2026-01-07,');
  expect(await sweep()).toEqual(['CMHTN COMPLETE', 'EIP COMPLETE']);
});

test('a message that cannot be understood leaves whom it concerns in doubt, and is answered all the same', async () => {
  const answer = await send('A01', '07', pid('p1'), 'PV1|1|O');
  expect(answer).toBe(`AA ${sent}`);
  const doubted = await members();
  expect(doubted['Visit/v1/EIP/1']).toBe('OPEN|2026-03-05|-|p1|f');
});

test('a discharge of a time still to come ends nothing: it waits for somebody, and whom it concerns is in doubt', async () => {
  await send('A01', '08', pid('p5'), pv1('EIP', 'v5'));
  expect(await members()).toMatchObject({ 'Visit/v5/EIP/1': 'OPEN|2026-03-08|-|p5|t' });
  await send('A03', '20620401100000', pid('p5'), pv1('EIP', 'v5'));
  const after = await members();
  const [odd] = await world.sql(
    `select code, place from inbound_messages where state = 'NOT_UNDERSTOOD' order by seq desc limit 1`,
  );
  expect([odd, after['Visit/v5/EIP/1']]).toEqual([
    { code: 'HUB_MESSAGE_AHEAD', place: 'EVN-2' },
    'OPEN|2026-03-08|-|p5|f',
  ]);
});

test('messages that `hub hl7 generate` makes up and `hub hl7 send` sends become memberships', async () => {
  const madeUp = 'adt --count 11 --seed 4 --sender PAS|RXX --processing P --teams CMHTN,EIP'.split(' ');
  const made = await runHub(['hl7', 'generate', ...madeUp], {});
  const file = join(folder, 'made-up.hl7');
  writeFileSync(file, made.out);
  const said = await runHub(['hl7', 'send', file, '--to', listeners.addresses[0]!.address], {});
  expect({ code: said.code, last: said.out.trimEnd().split('\n').at(-1) }).toEqual({
    code: 0,
    last: '11 of 11 taken',
  });
  const found = Object.entries(await members()).filter(([reference]) => reference.startsWith('Visit/V4-'));
  expect(Object.fromEntries(found)).toEqual({
    'Visit/V4-1/EIP/1': 'OPEN|2026-01-05|-|Z4-1|t',
    'Visit/V4-2/CMHTN/1': 'ENDED|2026-01-30|2026-02-10|Z4-2|t',
    'Visit/V4-2/EIP/1': 'ENDED|2026-01-21|2026-01-30|Z4-2|t',
    'Visit/V4-3/CMHTN/1': 'ENDED|2026-01-28|2026-02-08|Z4-3|t',
    'Visit/V4-3/EIP/1': 'OPEN|2026-02-08|-|Z4-3|t',
    'Visit/V4-4/EIP/1': 'OPEN|2026-02-02|-|Z4-4|t',
    'Visit/V4-5/CMHTN/1': 'OPEN|2026-02-07|-|Z4-5|t',
    'Visit/V4-6/EIP/1': 'OPEN|2026-02-12|-|Z4-6|t',
    'Visit/V4-7/CMHTN/1': 'ENTERED_IN_ERROR|2026-02-14|-|Z4-7|t',
  });
});
