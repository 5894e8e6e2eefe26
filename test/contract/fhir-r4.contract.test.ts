/** The FHIR R4 adapter passes the port's contract against a server of ours that misbehaves. */
import { createFhirR4 } from '../../adapters/fhir-r4/adapter.js';
import { fhirR4 } from '../../adapters/fhir-r4/index.js';
import { stopped } from '../../adapters/fhir-r4/transport/deadline.js';
import { FixedClock } from '../../src/core/clock.js';
import { silentLogger } from '../../src/core/logger.js';
import { LABEL_CODES, peerDocument, resourcesOfRecords } from '../support/fhir-records.js';
import {
  CANARY,
  episodeResource,
  patientResource,
  practitionerResource,
  type TestResource,
} from '../support/fhir-resources.js';
import { startScriptedFhirServer } from '../support/scripted-fhir-server.js';
import { clinicalRecordContract } from './clinical-record-contract.js';
import type { ContractSubject, PeerMembership } from './misbehaving-peer.js';

const TEAM = 'Organization/team-one';
const PAGE_SIZE = 50;
const TOKEN = 'contract-secret-token';

function resourcesOf(memberships: readonly PeerMembership[]): TestResource[] {
  const coordinators = new Map(memberships.map(({ coordinator }) => [coordinator?.reference, coordinator]));
  return [
    ...memberships.map((membership) => episodeResource(TEAM, membership)),
    ...memberships.map(({ patient }) => patientResource(patient)),
    ...[...coordinators.values()]
      .filter((one) => one !== null && one !== undefined)
      .map(({ reference, name }) => practitionerResource(reference, name)),
  ];
}

async function make(): Promise<ContractSubject> {
  const server = await startScriptedFhirServer();
  const settings = fhirR4.parseSettings({
    baseUrl: server.baseUrl,
    bearerToken: TOKEN,
    pageSize: PAGE_SIZE,
    callTimeoutMs: 400,
    totalTimeoutMs: 8_000,
    maxBodyBytes: 1_000_000,
    labelCodes: LABEL_CODES,
  });
  const clock = new FixedClock(new Date('2026-03-01T09:00:01.000Z'));
  const adapter = createFhirR4(
    settings,
    { system: 'SCRIPTED', clock, logger: silentLogger },
    {
      random: () => 0.5,
      sleep: async (_ms, signal) => {
        if (signal.aborted) throw stopped();
      },
    },
  );
  const idOf = (reference: string): string => reference.slice('DocumentReference/'.length);
  return {
    adapter,
    another: make,
    peer: {
      teamReference: TEAM,
      pageSize: PAGE_SIZE,
      canaries: [CANARY, TOKEN, '127.0.0.1'],
      hostileReferences: [
        '',
        'team-one',
        'Patient/1',
        'Organization/',
        'Organization/..',
        'Organization/../../admin',
        'Organization/a?x=1',
        'Organization/a,Organization/b',
        'Organization/a|b',
        'Organization/a$b',
        'Organization/a%2f..',
        'Organization/a b',
        `Organization/${'a'.repeat(65)}`,
        'https://elsewhere.example/Organization/a',
        'Organization/a\r\nX-Evil: 1',
      ],
      load: (memberships) => server.load(resourcesOf(memberships)),
      loadTeams: (teams) =>
        server.load(
          teams.map(({ reference, name, code }) => ({
            resourceType: 'Organization',
            id: reference.slice('Organization/'.length),
            name,
            partOf: { reference: 'Organization/trust' },
            ...(code === null ? {} : { identifier: [{ system: 'https://trust.example/team', value: code }] }),
          })),
        ),
      misbehave: server.misbehave,
      loadRecords: (records) => server.load(resourcesOfRecords(records)),
      misbehaveOnWrite: (kind) => server.writes.misbehave(kind),
      documents: () => server.writes.documents.map(peerDocument),
      moveDocument: (reference, localId) =>
        server.writes.change(idOf(reference), { subject: { reference: `Patient/${localId}` } }),
      rewriteDocument: (reference, text) => {
        const attachment = {
          contentType: 'text/plain; charset=utf-8',
          data: Buffer.from(text).toString('base64'),
        };
        server.writes.change(idOf(reference), { content: [{ attachment }] });
      },
      copyDocument: (reference) => server.writes.copy(idOf(reference)),
      requests: () => server.seen.length,
      strays: () => server.strays.length,
      close: server.close,
    },
  };
}

clinicalRecordContract('fhir-r4', fhirR4.manifest, make);
