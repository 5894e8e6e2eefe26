/** The HL7 v2 adapter passes the port's contract against engines that misbehave: a team's list that is asked for, and documents. */
import { hl7v2 } from '../../adapters/hl7v2/index.js';
import { writingSettings } from '../../adapters/hl7v2/writing/writing-help.js';
import { Capability } from '../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { HL7_DOCUMENT_SITES, hl7DocumentSubject } from '../support/hl7-document-sites.js';
import { LIST_CANARY, startListSite } from '../support/hl7-list-site.js';
import { waitingAdapter } from '../support/waiting-adapter.js';
import { contractOf } from './clinical-record-contract.js';
import { LIST, LISTED, type ListFaultKind } from './list-far-end.js';
import type { CaseloadSubject } from './misbehaving-peer.js';
import { receiptsContract } from './receipts-contract.js';

const PAGE_SIZE = 50;

async function listed(): Promise<CaseloadSubject<ListFaultKind>> {
  const site = await startListSite(PAGE_SIZE);
  const { farEnd } = site;
  const clock = new FixedClock(new Date('2026-03-01T09:00:01.000Z'));
  const adapterOf = (queryTimeoutSeconds: number) => {
    const settings = hl7v2.parseSettings({
      sendHost: farEnd.host,
      sendPort: farEnd.port,
      sendTls: false,
      receivingApplication: 'PAS',
      receivingFacility: 'RXX',
      sendingFacility: 'RYY',
      sendsDocuments: false,
      coordinatorFrom: 'PV1-7',
      queryTeams: true,
      queryPageSize: PAGE_SIZE,
      queryMaxBytes: 1_000_000,
      queryTimeoutSeconds,
    });
    const adapter = hl7v2.create(settings, { system: 'PAS', clock, logger: silentLogger });
    // What counts a feed is a caseload that is whole each time.
    return { ...adapter, caseload: adapter.count! };
  };
  let isSlow = false;
  return {
    adapter: waitingAdapter(adapterOf(30), adapterOf(1), () => isSlow),
    another: listed,
    peer: {
      teamReference: 'N-CMHT',
      pageSize: PAGE_SIZE,
      canaries: [LIST_CANARY, 'person-', farEnd.host],
      hostileReferences: ['', ' ', 'a\r\nb', 'a\tb', 'a\0b', 'a\u202eb', 'a\ud800', 'x'.repeat(101)],
      load: (memberships) => {
        site.held = memberships;
      },
      referenceOfTeam: (n) => `Team-${n}`,
      teamsMayLackCode: true,
      loadTeams: () => {},
      misbehave: (fault) => {
        isSlow = fault !== null && LIST.slowKinds.includes(fault.kind);
        site.fault = fault;
      },
      requests: () => farEnd.received.length,
      strays: () => 0,
      close: () => farEnd.close(),
    },
  };
}

contractOf(
  'hl7v2, the list of a team',
  { ...hl7v2.manifest, capabilities: [Capability.CASELOAD] },
  listed,
  LISTED,
  LIST,
);

describe.each(Object.entries(HL7_DOCUMENT_SITES))('%s', (name, site) => {
  receiptsContract(`hl7v2, ${name}`, () => hl7DocumentSubject(site), site.variant);
});

test('each choice of the manifest in how documents are written has a site in the contract', () => {
  const played = Object.values(HL7_DOCUMENT_SITES).map(({ settings }) => settings);
  for (const { key, choices, default: otherwise } of writingSettings) {
    if (!['documentText', 'documentMessages', 'sendCharacterSet'].includes(key)) continue;
    const values = new Set(played.map((settings) => settings[key] ?? otherwise));
    // A receiver without a withdrawal is the same in all else.
    const others = choices!.filter((choice) => choice !== 'REPLACEMENT');
    expect([key, [...values].sort()]).toEqual([key, [...others].sort()]);
  }
});
