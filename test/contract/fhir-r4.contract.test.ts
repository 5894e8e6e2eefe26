/** The FHIR R4 adapter passes the port's contract against a server of ours that misbehaves. */
import { createFhirR4 } from '../../adapters/fhir-r4/adapter.js';
import { writeSettings } from '../../adapters/fhir-r4/documents/write-settings.js';
import { fhirR4 } from '../../adapters/fhir-r4/index.js';
import { stopped } from '../../adapters/fhir-r4/transport/deadline.js';
import { Capability } from '../../src/clinical/clinical-record.port.js';
import { FixedClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { FHIR_CASELOADS, type FhirCaseload } from '../support/fhir-caseloads.js';
import { FHIR_DOCUMENT_SITES, rewritten } from '../support/fhir-document-sites.js';
import { LABEL_CODES, peerDocument, resourcesOfRecords } from '../support/fhir-records.js';
import { CANARY, type TestResource } from '../support/fhir-resources.js';
import { startScriptedFhirServer } from '../support/scripted-fhir-server.js';
import { waitingAdapter } from '../support/waiting-adapter.js';
import { clinicalRecordContract } from './clinical-record-contract.js';
import { SERVER } from './contract-profiles.js';
import { documentsContract } from './documents-suite.js';
import type { ContractSubject } from './misbehaving-peer.js';

const PLAIN_SITE = FHIR_DOCUMENT_SITES['IF_NONE_EXIST, TEXT']!;
const PAGE_SIZE = 50;
const TOKEN = 'contract-secret-token';

/** What must be refused as a reference to a team, whatever a team is on the server. */
const hostileReferences = (type: string): string[] => [
  '',
  'team-one',
  'Patient/1',
  `${type}/`,
  `${type}/..`,
  `${type}/../../admin`,
  `${type}/a?x=1`,
  `${type}/a,${type}/b`,
  `${type}/a|b`,
  `${type}/a$b`,
  `${type}/a%2f..`,
  `${type}/a b`,
  `${type}/${'a'.repeat(65)}`,
  `https://elsewhere.example/${type}/a`,
  `${type}/a\r\nX-Evil: 1`,
];

/** What must be refused as an identifier of a team. */
const HOSTILE_TOKENS = [
  '',
  'T1',
  '|T1',
  'https://trust.example/team|',
  'https://trust.example/team|a,b',
  'https://trust.example/team|a|b',
  'https://trust.example/team|a$b',
  'https://trust.example/team|a b',
  'https://trust.example/team,x|a',
  'https://trust.example/team|a\r\nX-Evil: 1',
  `https://trust.example/team|${'a'.repeat(400)}`,
];

/** A team of any kind; what only some kinds have is no fault in the others. */
const teamResource = (type: string, id: string, name: string, code: string | null): TestResource => ({
  resourceType: type,
  id,
  ...(type === 'List' ? { title: name, status: 'current' } : { name }),
  ...(type === 'Group' ? { type: 'person', actual: true } : {}),
  partOf: { reference: 'Organization/trust' },
  ...(code === null ? {} : { identifier: [{ system: 'https://trust.example/team', value: code }] }),
});

async function subjectOf(caseload: FhirCaseload, site = PLAIN_SITE): Promise<ContractSubject> {
  const { teamType, teamReference } = caseload;
  const server = await startScriptedFhirServer(caseload.served);
  server.writes.abilities = site.abilities;
  server.load(site.holds);
  const clock = new FixedClock(new Date('2026-03-01T09:00:01.000Z'));
  const adapterOf = (limits: { callTimeoutMs: number; totalTimeoutMs: number }) =>
    createFhirR4(
      fhirR4.parseSettings({
        baseUrl: server.baseUrl,
        bearerToken: TOKEN,
        pageSize: PAGE_SIZE,
        maxBodyBytes: 1_000_000,
        labelCodes: LABEL_CODES,
        ...limits,
        ...caseload.settings,
        ...site.settings,
      }),
      { system: 'SCRIPTED', clock, logger: silentLogger },
      {
        random: () => 0.5,
        sleep: async (_ms, signal) => {
          if (signal.aborted) throw stopped();
        },
      },
    );
  let isSlow = false;
  const adapter = waitingAdapter(
    adapterOf({ callTimeoutMs: 30_000, totalTimeoutMs: 60_000 }),
    adapterOf({ callTimeoutMs: 400, totalTimeoutMs: 8_000 }),
    () => isSlow,
  );
  const idOf = (reference: string): string => reference.slice('DocumentReference/'.length);
  return {
    adapter,
    another: () => subjectOf(caseload, site),
    peer: {
      teamReference,
      pageSize: PAGE_SIZE,
      canaries: [CANARY, TOKEN, '127.0.0.1'],
      hostileReferences: teamType === null ? HOSTILE_TOKENS : hostileReferences(teamType),
      load: (memberships) => server.load(caseload.resourcesOf(memberships)),
      referenceOfTeam: (n) =>
        teamType === null ? `https://trust.example/team|T${n}` : `${teamType}/team-${n}`,
      teamsMayLackCode: teamType !== null,
      loadTeams: (teams) =>
        server.load(
          teams.map(({ name, code }, n) => teamResource(teamType ?? 'Organization', `team-${n}`, name, code)),
        ),
      misbehave: (fault) => {
        isSlow = fault !== null && SERVER.slowKinds.includes(fault.kind);
        server.misbehave(fault);
      },
      loadRecords: (records) => server.load(resourcesOfRecords(records)),
      misbehaveOnWrite: (kind) => {
        isSlow = kind === 'SILENT';
        server.writes.misbehave(kind);
      },
      documents: () => server.writes.documents.map(peerDocument),
      moveDocument: (reference, localId) =>
        server.writes.change(idOf(reference), { subject: { reference: `Patient/${localId}` } }),
      rewriteDocument: async (reference, text) =>
        server.writes.change(idOf(reference), { content: [{ attachment: await rewritten(site, text) }] }),
      copyDocument: (reference) => server.writes.copy(idOf(reference)),
      requests: () => server.seen.length,
      strays: () => server.strays.length,
      close: server.close,
    },
  };
}

describe.each(Object.entries(FHIR_CASELOADS))('%s', (name, caseload) => {
  // Live reads are the same under each strategy, and so are documents, which have a suite of their own below.
  const { manifest } = fhirR4;
  const capabilities = name === 'EPISODE_BY_ORGANIZATION' ? manifest.capabilities : [Capability.CASELOAD];
  clinicalRecordContract(
    `fhir-r4, ${name}`,
    { ...manifest, capabilities },
    () => subjectOf(caseload),
    caseload.traits,
  );
});

describe.each(Object.entries(FHIR_DOCUMENT_SITES))('%s', (name, site) => {
  const { capabilities } = fhirR4.manifest;
  const make = () => subjectOf(FHIR_CASELOADS.EPISODE_BY_ORGANIZATION!, site);
  documentsContract(`fhir-r4, ${name}`, capabilities, make, site.variant);
});

test('each choice of the manifest in how documents are written has a site in the contract', () => {
  const played = Object.values(FHIR_DOCUMENT_SITES).map(({ settings }) => settings);
  for (const { key, type, choices, default: otherwise } of writeSettings) {
    if (key === 'encounterClass') continue;
    const values = new Set(played.map((settings) => settings[key] ?? otherwise));
    if (choices !== undefined) expect([key, [...values].sort()]).toEqual([key, [...choices].sort()]);
    if (type === 'boolean') expect([key, values.size]).toEqual([key, 2]);
  }
});

test('each strategy of the manifest has a far end in the contract', () => {
  const { choices } = fhirR4.manifest.settings.find(({ key }) => key === 'caseloadStrategy')!;
  const played = Object.values(FHIR_CASELOADS).map(
    ({ settings }) => settings.caseloadStrategy ?? 'EPISODE_BY_ORGANIZATION',
  );
  expect([...new Set(played)].sort()).toEqual([...choices!].sort());
});
