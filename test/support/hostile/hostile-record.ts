/** The little that the hostile far end holds: one team, one person, one document, and somebody whom nobody asks for. */
import { DOCUMENT_IDENTIFIER_SYSTEM } from '../../../adapters/fhir-r4/documents/defaults.js';
import { CANARY, nhsNumberSlice, type TestResource, testNhsNumber } from '../fhir-resources.js';
import { anOutgoingDocument } from '../outgoing-documents.js';

/** The token that goes to the record system and to nobody else. */
export const SECRET_TOKEN = 'hostile-secret-token';
/** In everything of the person whom nobody asks for: must never be in an answer. */
export const OTHER = 'OTHER-PERSON';
/** Must never be in an address. */
export const NHS_NUMBER = testNhsNumber(1);

export const TEAM = 'Organization/team-one';

/** The document that is sent, read back and withdrawn. */
export const DOCUMENT = anOutgoingDocument({
  documentVersionId: '019b0000-0000-7000-8000-00000000d0c1',
  documentId: '019b0000-0000-7000-8000-00000000d0c0',
});

export const FILED: TestResource = {
  resourceType: 'DocumentReference',
  id: 'doc-1',
  meta: { versionId: '7' },
  identifier: [{ system: DOCUMENT_IDENTIFIER_SYSTEM, value: DOCUMENT.documentVersionId }],
  status: 'current',
  docStatus: 'final',
  subject: { reference: `Patient/${DOCUMENT.patient.localId}` },
  date: DOCUMENT.signedAt,
  description: DOCUMENT.title,
  content: [
    {
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        data: Buffer.from(DOCUMENT.text).toString('base64'),
      },
    },
  ],
};

const person = (id: string, name: string, number: string): TestResource => ({
  resourceType: 'Patient',
  id,
  meta: { versionId: '1' },
  active: true,
  identifier: [nhsNumberSlice(number, '01')],
  name: [{ use: 'official', text: name }],
  birthDate: '1980-02-03',
});

export const PERSON = person('person-1', 'Ada Right', NHS_NUMBER);
export const OTHER_PERSON = person('person-2', OTHER, testNhsNumber(2));

/** An episode of somebody with the team. */
export const episodeOf = (patient: TestResource): TestResource => ({
  resourceType: 'EpisodeOfCare',
  id: `episode-${patient.id}`,
  meta: { versionId: '1', lastUpdated: '2026-01-01T00:00:00.000Z' },
  status: 'active',
  patient: { reference: `Patient/${patient.id}` },
  managingOrganization: { reference: TEAM },
  period: { start: '2026-01-05' },
});

export const TEAM_RESOURCE: TestResource = {
  resourceType: 'Organization',
  id: 'team-one',
  name: 'Team one',
  partOf: { reference: 'Organization/trust' },
};

export const CAPABILITIES: TestResource = {
  resourceType: 'CapabilityStatement',
  id: 'capabilities',
  fhirVersion: '4.0.1',
  software: { name: 'Hostile', version: '1' },
};

/** OperationOutcome with the far end's words in it. */
export const outcomeOf = (code: string, severity = 'error'): object => ({
  resourceType: 'OperationOutcome',
  issue: [{ severity, code, diagnostics: `${CANARY} ${OTHER}` }],
});
