/** A site that counts its feed: by asking, on a port and with a patience of its own, or by files of messages. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hl7v2 } from '../../../../adapters/hl7v2/index.js';
import type {
  CaseloadCapability,
  ClinicalRecordAdapter,
} from '../../../../src/clinical/clinical-record.port.js';
import { systemClock } from '../../../../src/core/clock.js';
import { isHubError } from '../../../../src/core/errors.js';
import { silentLogger } from '../../../../src/core/logger.js';
import { startFarEnd } from '../../../support/hl7-far-end.js';
import { framedText } from '../../../support/hl7-peer.js';

const DOCUMENTS = { sendHost: '127.0.0.1', sendPort: 1, sendTls: false };
const PARTNER = { receivingApplication: 'PAS', receivingFacility: 'RXX', sendingFacility: 'RYY' };
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

function adapter(raw: Record<string, unknown>): ClinicalRecordAdapter {
  const made = hl7v2.create(hl7v2.parseSettings({ listenPort: 0, ...raw }), {
    system: 'pas',
    clock: systemClock,
    logger: silentLogger,
  });
  opened.push(made);
  return made;
}
function faults(raw: Record<string, unknown>): unknown {
  try {
    hl7v2.parseSettings({ listenPort: 0, ...raw });
  } catch (error) {
    return isHubError(error) ? error.details.faults : error;
  }
  return [];
}
async function members(count: CaseloadCapability | undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { items } of count!.pull(
    { teamReference: 'N-CMHT', since: null },
    AbortSignal.timeout(60_000),
  ))
    ids.push(...items.map(({ value }) => value.patient.localId));
  return ids;
}
const person = (id: string): string =>
  `EVN|A08|20260304\rPID|1||${id}^^^RXX^MR||ASHGROVE^Elowen\rPV1|1|O|N-CMHT${'|'.repeat(16)}v${id}\r`;

test('asked at the port of questions, however many there are', async () => {
  const everybody = Array.from({ length: 6_000 }, (_, index) => `p${index}`);
  const farEnd = await startFarEnd(({ controlId, socket }) => {
    const head = `MSH|^~\\&|PAS|RXX|IPSHUB|RYY|20260304115900||ADR^A19|R|P|2.4\rMSA|AA|${controlId}\r`;
    socket.write(framedText(head + everybody.map(person).join('')));
  });
  opened.push(farEnd);
  const asking = {
    ...DOCUMENTS,
    ...PARTNER,
    sendsDocuments: false,
    queryTeams: true,
    queryPort: farEnd.port,
  };
  expect(await members(adapter(asking).count)).toEqual(everybody);
  expect(farEnd.received[0]).toMatch(/^MSH\|\^~\\&\|IPSHUB\|RYY\|PAS\|RXX\|/);
  await expect(members(adapter({ ...asking, queryMaxBytes: 65_536 }).count)).rejects.toMatchObject({
    code: 'HUB_UPSTREAM_PROTOCOL',
  });
});

test('an answer is waited for as long as is said for questions', async () => {
  const farEnd = await startFarEnd(() => {});
  opened.push(farEnd);
  const asking = {
    ...DOCUMENTS,
    ...PARTNER,
    queryTeams: true,
    queryPort: farEnd.port,
    queryTimeoutSeconds: 1,
  };
  const started = performance.now();
  await expect(members(adapter(asking).count)).rejects.toMatchObject({ code: 'HUB_UPSTREAM_TIMEOUT' });
  expect(performance.now() - started).toBeLessThan(15_000);
});

test('read from files of messages', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-counting-'));
  const at = new Date(Date.now() - 600_000);
  const stamp = at.toISOString().replace(/\D/g, '').slice(0, 14);
  const message = `MSH|^~\\&|PAS|RXX|HUB|RYY|${stamp}||ADT^A08|1|P|2.4\r${person('7')}`;
  writeFileSync(
    join(folder, 'all.hl7'),
    `FHS|^~\\&|PAS||||${stamp}+0000\rBHS|^~\\&|PAS\r${message}BTS|1\rFTS|1\r`,
  );
  utimesSync(join(folder, 'all.hl7'), at, at);
  expect(await members(adapter({ batchFolder: folder }).count)).toEqual(['7']);
  expect(adapter({}).count).toBeUndefined();
  rmSync(folder, { recursive: true });
});

test('one way of counting, and a far end to ask', () => {
  expect(faults({ queryTeams: true })).toEqual(['queryTeams: needs sendHost']);
  expect(faults({ ...DOCUMENTS, ...PARTNER, queryTeams: true, batchFolder: '/srv/hub/pas' })).toEqual([
    'batchFolder: a feed is counted one way, and queryTeams is another',
  ]);
  expect(faults({ batchFolder: 'pas', batchFiles: 'a/b', batchSettleSeconds: -1 })).toEqual([
    'batchFolder: must be an absolute path',
    'batchFiles: must be a name without a folder',
    'batchSettleSeconds: must be a whole number from 0 to 3600',
  ]);
  expect(faults({ queryTeamIn: 'PID-3', queryFor: 'ALL', queryMaxPages: 0 })).toEqual([
    'queryTeamIn: must be one of QRF-1, QRD-8, QRD-10, MSH-4, MSH-6',
    'queryFor: must be one of APN, DEM',
    'queryMaxPages: must be a whole number from 1 to 10000',
  ]);
});
