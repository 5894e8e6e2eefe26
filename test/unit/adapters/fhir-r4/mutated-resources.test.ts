/** Resources changed at random: the mapping never throws, never invents a date, never lets half an NHS number through. */
import fc from 'fast-check';
import { mapCareManager } from '../../../../adapters/fhir-r4/mapping/care-manager.rules.js';
import { membershipDates, membershipState } from '../../../../adapters/fhir-r4/mapping/episode.rules.js';
import { mapPatient } from '../../../../adapters/fhir-r4/mapping/patient.rules.js';
import { mapTeam } from '../../../../adapters/fhir-r4/mapping/team.rules.js';
import { UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { isLocalDate } from '../../../../src/core/calendar.js';
import { parseNhsNumber } from '../../../../src/core/nhs-number.js';
import { nhsNumberSlice, testNhsNumber } from '../../../support/fhir-resources.js';
import { asJson, changed, type Value } from '../../../support/mutated-json.js';

const PATIENT: Value = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { security: [{ system: 's', code: 'R' }] },
  identifier: [nhsNumberSlice(testNhsNumber(3), '01') as unknown as Value],
  active: true,
  birthDate: '1980-02-29',
  deceasedDateTime: '2026-01-01T10:00:00Z',
  link: [{ type: 'replaced-by', other: { reference: 'Patient/p2' } }],
};
const EPISODE: Value = {
  resourceType: 'EpisodeOfCare',
  id: 'e1',
  status: 'active',
  period: { start: '2026-01-01', end: '2026-02-01T10:00:00Z' },
  careManager: { reference: 'PractitionerRole/r', display: 'Somebody' },
};
const INCLUDED: Value = {
  resourceType: 'PractitionerRole',
  id: 'r',
  name: [{ given: ['A'] }],
  practitioner: { reference: 'Practitioner/w' },
};

const count = new UnmappedTally().count;
const RULES = { baseUrl: 'https://record.example/fhir/', nhsNumberStatusSystems: [], restrictedCodes: ['R'] };

/** All strings anywhere in a value. */
function stringsIn(value: Value): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** A day is not invented when some text of the resource begins with it or with a neighbouring day (times shift between zones). */
function isFrom(day: string | null, resource: Value): boolean {
  if (day === null) return true;
  const near = stringsIn(resource).filter((text) => isLocalDate(text.slice(0, 10)));
  return (
    isLocalDate(day) &&
    near.some((text) => Math.abs(Date.parse(text.slice(0, 10)) - Date.parse(day)) <= 86_400_000)
  );
}

test('patients', () => {
  fc.assert(
    fc.property(changed(PATIENT), (resource) => {
      const patient = mapPatient('p1', asJson(resource), RULES, count);
      expect(patient.nhsNumber === null || parseNhsNumber(patient.nhsNumber) === patient.nhsNumber).toBe(
        true,
      );
      if (patient.nhsNumber !== null)
        expect(stringsIn(resource).some((text) => text.replace(/\D/g, '').includes(patient.nhsNumber!))).toBe(
          true,
        );
      expect(String(patient.nhsNumberStatus)).toMatch(/^(0[1-8]|null)$/);
      expect(isFrom(patient.dateOfBirth, resource)).toBe(true);
      expect(isFrom(patient.deceasedOn, resource)).toBe(true);
      expect(typeof patient.active).toBe('boolean');
      expect(typeof patient.restricted).toBe('boolean');
      expect(patient.localId).toBe('p1');
    }),
    { numRuns: 1000 },
  );
});

test('episodes and care managers', () => {
  fc.assert(
    fc.property(changed(EPISODE), changed(INCLUDED), (resource, other) => {
      const episode = asJson(resource);
      membershipState(episode, count);
      const { validFrom, validTo } = membershipDates(episode, count);
      expect(isFrom(validFrom, resource)).toBe(true);
      expect(isFrom(validTo, resource)).toBe(true);
      const manager = mapCareManager(
        episode,
        new Map([['PractitionerRole/r', asJson(other)]]),
        RULES.baseUrl,
        count,
      );
      if (manager !== null) expect(manager.reference).toMatch(/^Practitioner(Role)?\/[A-Za-z0-9\-.]{1,64}$/);
    }),
    { numRuns: 1000 },
  );
});

test('teams', () => {
  const organization: Value = {
    resourceType: 'Organization',
    id: 't',
    name: 'T',
    identifier: [{ system: 'a', value: 'A' }],
  };
  fc.assert(
    fc.property(changed(organization), (resource) => {
      const team = mapTeam('t', asJson(resource), { teamType: null, teamCodeSystem: null }, count);
      expect(team.name.length).toBeGreaterThan(0);
    }),
  );
});

test('the tally names paths of the code, never what arrived', () => {
  const tally = new UnmappedTally();
  fc.assert(
    fc.property(changed(PATIENT), (resource) => void mapPatient('p1', asJson(resource), RULES, tally.count)),
    { numRuns: 500 },
  );
  for (const path of tally.byPath.keys()) expect(path).toMatch(/^Patient\.[A-Za-z.[\]]+$/);
  expect(tally.byPath.size).toBeGreaterThan(3);
});
