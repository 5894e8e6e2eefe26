/** Documents, care teams and demographics changed at random: no mapping throws, and nothing broken passes for a filed document. */
import fc from 'fast-check';
import { filedDocument, versionIdsOf } from '../../../../adapters/fhir-r4/documents/filed.rules.js';
import { encodeText, textHash } from '../../../../adapters/fhir-r4/documents/text.rules.js';
import { mapPatient } from '../../../../adapters/fhir-r4/mapping/patient.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { mapCareTeam } from '../../../../adapters/fhir-r4/record/care-team.rules.js';
import { mapDemographics } from '../../../../adapters/fhir-r4/record/demographics.rules.js';
import { mapDocument } from '../../../../adapters/fhir-r4/record/record-document.rules.js';
import { mapOpenEpisode } from '../../../../adapters/fhir-r4/record/record-episode.rules.js';
import { isLocalDate } from '../../../../src/core/calendar.js';
import { isId } from '../../../../src/core/ids.js';
import { asJson, changed, type Value } from '../../../support/mutated-json.js';

const RULES = { baseUrl: 'https://record.example/fhir/', documentIdentifierSystem: 'urn:oid:2.25.1' };
const PATIENT_RULES = { baseUrl: RULES.baseUrl, nhsNumberStatusSystems: [], restrictedCodes: ['R'] };
const ID = '0190c8e2-1111-7222-8333-444455556666';
const TEXT = 'Met at the library.';
const DOCUMENT: Value = {
  resourceType: 'DocumentReference',
  id: 'd1',
  meta: { versionId: '2' },
  identifier: [{ system: RULES.documentIdentifierSystem, value: ID }],
  status: 'current',
  docStatus: 'final',
  type: { coding: [{ code: '11506-3' }], text: 'Note' },
  subject: { reference: 'Patient/p1' },
  date: '2026-03-01T10:00:00Z',
  author: [{ display: 'Somebody' }],
  description: 'Title',
  content: [{ attachment: { contentType: 'text/plain; charset=utf-8', ...encodeText(TEXT) } }],
};
const PATIENT: Value = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ use: 'official', family: 'F', given: ['G'] }],
  gender: 'other',
  birthDate: '1980-02-29',
  deceasedDateTime: '2026-01-01T10:00:00Z',
  telecom: [{ system: 'phone', value: '07700 900100', rank: 1, use: 'mobile' }],
  address: [{ use: 'home', line: ['1 A'], city: 'C', postalCode: 'ZZ1 1ZZ' }],
  generalPractitioner: [{ display: 'Surgery' }],
};
const TEAM: Value = {
  resourceType: 'CareTeam',
  id: 't1',
  status: 'active',
  name: 'Team',
  participant: [{ role: [{ text: 'Lead' }], member: { reference: 'Practitioner/1', display: 'One' } }],
};
const EPISODE: Value = {
  resourceType: 'EpisodeOfCare',
  id: 'e1',
  status: 'active',
  period: { start: '2026-01-01' },
  managingOrganization: { reference: 'Organization/1', display: 'Team' },
};
const INCLUDED: Value = { resourceType: 'PractitionerRole', practitioner: { reference: 'Practitioner/1' } };
const REFERENCE = /^[A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64}$/;
const count = new UnmappedTally().count;

const isTextOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'string' && value.trim() === value && value !== '');

test('a document that was changed is never the one that was filed', () => {
  let kept = 0;
  fc.assert(
    fc.property(changed(DOCUMENT), (resource) => {
      const document = asJson(resource);
      const { value, complete } = filedDocument(document, ID, RULES, count);
      if (value.patientLocalId === '') expect(complete).toBe(false);
      expect(value.textHash === null || /^[0-9a-f]{64}$/.test(value.textHash)).toBe(true);
      if (!complete) return;
      // Whatever counts as whole says all of it in words of FHIR.
      expect(['current', 'superseded', 'entered-in-error']).toContain(document.status);
      expect(JSON.stringify(document)).toContain(`Patient/${value.patientLocalId}`);
      if (value.textHash === textHash(TEXT)) {
        kept++;
        expect(JSON.stringify(document)).toContain(encodeText(TEXT).data);
      }
    }),
    { numRuns: 1000 },
  );
  expect(kept).toBeGreaterThan(100);
});

test('identifiers and lines of documents', () => {
  fc.assert(
    fc.property(changed(DOCUMENT), (resource) => {
      const document = asJson(resource);
      for (const id of versionIdsOf(document, RULES)) expect(id.trim()).not.toBe('');
      const { documentVersionId, recordedAt, title, type, author } = mapDocument(document, RULES, count);
      expect(documentVersionId === null || isId(documentVersionId)).toBe(true);
      expect(recordedAt === null || new Date(recordedAt).toISOString() === recordedAt).toBe(true);
      for (const text of [title, type, author]) expect(isTextOrNull(text)).toBe(true);
    }),
    { numRuns: 700 },
  );
});

test('demographics', () => {
  fc.assert(
    fc.property(changed(PATIENT), (resource) => {
      const read = mapDemographics('p1', asJson(resource), PATIENT_RULES, count);
      for (const text of [read.name, read.telephone, read.address, read.postcode, read.generalPractitioner])
        expect(isTextOrNull(text)).toBe(true);
      for (const day of [read.dateOfBirth, read.deceasedOn])
        expect(day === null || isLocalDate(day)).toBe(true);
      expect(read.identity).toEqual(mapPatient('p1', asJson(resource), PATIENT_RULES, count));
      expect(String(read.gender)).toMatch(/^(male|female|other|unknown|null)$/);
    }),
    { numRuns: 700 },
  );
});

test('care teams and open episodes', () => {
  const bag = changed(INCLUDED).map(
    (other) =>
      new Map([
        ['Practitioner/1', asJson(other)],
        ['Organization/1', asJson(other)],
      ]),
  );
  fc.assert(
    fc.property(changed(TEAM), changed(EPISODE), bag, (team, episode, included) => {
      const { members, name, status } = mapCareTeam(asJson(team), included, RULES.baseUrl, count);
      for (const text of [name, status]) expect(isTextOrNull(text)).toBe(true);
      for (const one of members) {
        expect(one.reference === null || REFERENCE.test(one.reference)).toBe(true);
        expect([one.name, one.role].every(isTextOrNull)).toBe(true);
      }
      const open = mapOpenEpisode(asJson(episode), '2026-03-01', included, RULES.baseUrl, count);
      if (open === null) return;
      expect(['OPEN', 'ON_HOLD', 'ENDED']).toContain(open.value.state);
      expect((open.value.startedOn ?? '') <= '2026-03-01').toBe(true);
      expect(isTextOrNull(open.value.teamName)).toBe(true);
    }),
    { numRuns: 700 },
  );
});
