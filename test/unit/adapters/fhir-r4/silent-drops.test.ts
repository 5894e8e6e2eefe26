/** Nothing that is read of a record is dropped in silence: whatever an element of another kind changes in what the hub makes of it is counted. */

import { CASELOAD_STRATEGIES } from '../../../../adapters/fhir-r4/caseload/caseload-settings.js';
import { itemOf } from '../../../../adapters/fhir-r4/caseload/items.js';
import { STRATEGIES } from '../../../../adapters/fhir-r4/caseload/strategies.js';
import type { PullContext } from '../../../../adapters/fhir-r4/caseload/strategy.js';
import { filedDocument } from '../../../../adapters/fhir-r4/documents/filed.rules.js';
import { encodeText } from '../../../../adapters/fhir-r4/documents/text.rules.js';
import type { Json } from '../../../../adapters/fhir-r4/json.js';
import { countArrival } from '../../../../adapters/fhir-r4/mapping/counted-arrivals.js';
import { observed } from '../../../../adapters/fhir-r4/mapping/observed.rules.js';
import { SHAPES } from '../../../../adapters/fhir-r4/mapping/shapes.js';
import {
  GROUP,
  isTeam,
  LIST,
  mapTeam,
  ORGANIZATION,
  type TeamKind,
} from '../../../../adapters/fhir-r4/mapping/team.rules.js';
import { type Unmapped, UnmappedTally } from '../../../../adapters/fhir-r4/mapping/unmapped.js';
import { mapCareTeam } from '../../../../adapters/fhir-r4/record/care-team.rules.js';
import { mapConsent } from '../../../../adapters/fhir-r4/record/consent.rules.js';
import { mapAppointment, mapEncounter } from '../../../../adapters/fhir-r4/record/contact.rules.js';
import { mapDemographics } from '../../../../adapters/fhir-r4/record/demographics.rules.js';
import { mapFlag } from '../../../../adapters/fhir-r4/record/flag.rules.js';
import { mapProblem } from '../../../../adapters/fhir-r4/record/problem.rules.js';
import { mapDocument } from '../../../../adapters/fhir-r4/record/record-document.rules.js';
import { mapOpenEpisode } from '../../../../adapters/fhir-r4/record/record-episode.rules.js';
import { parseSettings } from '../../../../adapters/fhir-r4/settings.js';

const settings = parseSettings({
  baseUrl: 'https://record.example/fhir',
  bearerToken: 's',
  coordinatorRoles: 'LEAD',
  documentIdentifierSystem: 'urn:oid:2.25.1',
  teamType: 'TEAM',
});
const { baseUrl } = settings;
const ID = '0190c8e2-1111-7222-8333-444455556666';
const META = {
  versionId: '2',
  lastUpdated: '2026-03-01T10:00:00.000Z',
  security: [{ system: 'urn:x', code: 'R' }],
};
const PERIOD = { start: '2026-01-01', end: '2026-12-01' };
const concept = (code: string) => ({ text: code, coding: [{ system: 'urn:s', code, display: code }] });
const to = (reference: string) => ({ reference, display: 'Somebody' });

const PATIENT: Json = {
  resourceType: 'Patient',
  id: 'p1',
  meta: META,
  identifier: [
    {
      system: 'https://fhir.nhs.uk/Id/nhs-number',
      value: '9990000018',
      extension: [
        {
          url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
          valueCodeableConcept: {
            coding: [
              {
                system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
                code: '01',
              },
            ],
          },
        },
      ],
    },
  ],
  active: true,
  name: [{ use: 'official', family: 'F', given: ['G'], prefix: ['Ms'] }],
  gender: 'other',
  birthDate: '1980-02-29',
  deceasedDateTime: '2026-01-01',
  telecom: [
    { system: 'phone', value: '0', use: 'mobile', rank: 2 },
    { system: 'phone', value: '1', rank: 1 },
  ],
  address: [{ use: 'home', line: ['1 A'], district: 'D', city: 'C', postalCode: 'ZZ1 1ZZ' }],
  generalPractitioner: [to('Organization/o1')],
  link: [{ type: 'replaced-by', other: to('Patient/p2') }],
};
const EPISODE: Json = {
  resourceType: 'EpisodeOfCare',
  id: 'e1',
  meta: META,
  status: 'active',
  period: PERIOD,
  patient: to('Patient/p1'),
  managingOrganization: to('Organization/1'),
  careManager: to('Practitioner/1'),
};
const CARE_TEAM: Json = {
  resourceType: 'CareTeam',
  id: 't1',
  meta: META,
  status: 'active',
  name: 'Team',
  period: PERIOD,
  subject: to('Patient/p1'),
  participant: [{ role: [concept('LEAD')], member: to('Practitioner/1') }],
};
const ENCOUNTER: Json = {
  resourceType: 'Encounter',
  id: 'n1',
  meta: META,
  status: 'in-progress',
  class: { system: 'urn:s', code: 'AMB', display: 'ambulatory' },
  type: [concept('visit')],
  serviceType: concept('care'),
  subject: to('Patient/p1'),
  participant: [{ type: [concept('LEAD')], individual: to('Practitioner/1') }],
  period: PERIOD,
  serviceProvider: to('Organization/1'),
};
const DOCUMENT: Json = {
  resourceType: 'DocumentReference',
  id: 'd1',
  meta: META,
  identifier: [{ system: 'urn:oid:2.25.1', value: ID }],
  status: 'current',
  docStatus: 'final',
  type: concept('note'),
  subject: to('Patient/p1'),
  date: '2026-03-01T10:00:00Z',
  author: [to('Practitioner/1')],
  description: 'Title',
  content: [{ attachment: { contentType: 'text/plain; charset=utf-8', ...encodeText('Text.') } }],
};
const teamOf = (resourceType: string, name: string, code: string, more: object): Json => ({
  resourceType,
  id: 'x1',
  meta: META,
  identifier: [{ system: 'urn:i', value: 'T1' }],
  [name]: 'Team',
  [code]: resourceType === 'Organization' ? [concept('TEAM')] : concept('TEAM'),
  ...more,
});

/** Reads a resource as the adapter does, everything that it makes of it in one value. */
type Reader = (resource: Json, unmapped: Unmapped) => unknown;
const seen =
  (read: Reader): Reader =>
  (resource, unmapped) =>
    observed(resource, read(resource, unmapped), { system: 's', fetchedAt: 'now' }, true);
const nothing = new Map<string, Json>();

/** A membership by a strategy; `whole` holds the part that it reads. */
function membership(name: (typeof CASELOAD_STRATEGIES)[number], partIn: (whole: Json) => unknown): Reader {
  const strategy = STRATEGIES[name](settings);
  return (whole, unmapped) => {
    const context = { settings, system: 's', unmapped } as unknown as PullContext;
    const entry = { part: partIn(whole) as Json, cited: whole, patientId: 'p1' };
    return itemOf(context, strategy, 'T', entry, PATIENT, { included: nothing, fetchedAt: 'now' });
  };
}
const firstOf = (element: string) => (whole: Json) => (whole[element] as readonly unknown[] | undefined)?.[0];
const team =
  (kind: TeamKind): Reader =>
  (resource, unmapped) =>
    isTeam(resource, settings, kind) ? mapTeam('x1', resource, settings, unmapped, kind) : null;

const READERS: readonly (readonly [string, Json, Reader])[] = [
  ['Patient', PATIENT, seen((one, count) => mapDemographics('p1', one, settings, count))],
  [
    'EpisodeOfCare, live',
    EPISODE,
    seen((one, count) => mapOpenEpisode(one, '2026-02-01', nothing, baseUrl, count)),
  ],
  ['EpisodeOfCare, caseload', EPISODE, membership('EPISODE_BY_ORGANIZATION', (one) => one)],
  ['CareTeam, live', CARE_TEAM, seen((one, count) => mapCareTeam(one, nothing, baseUrl, count))],
  ['CareTeam, caseload', CARE_TEAM, membership('CARE_TEAM', (one) => one)],
  ['Encounter, live', ENCOUNTER, seen((one, count) => mapEncounter(one, nothing, baseUrl, count))],
  ['Encounter, caseload', ENCOUNTER, membership('ENCOUNTER', (one) => one)],
  [
    'Group.member',
    {
      resourceType: 'Group',
      id: 'g1',
      member: [{ entity: to('Patient/p1'), period: PERIOD, inactive: true }],
    },
    membership('GROUP', firstOf('member')),
  ],
  [
    'List.entry',
    {
      resourceType: 'List',
      id: 'l1',
      entry: [{ item: to('Patient/p1'), date: '2026-01-01', deleted: true }],
    },
    membership('LIST', firstOf('entry')),
  ],
  [
    'Appointment',
    {
      resourceType: 'Appointment',
      id: 'a1',
      meta: META,
      status: 'booked',
      appointmentType: concept('visit'),
      start: '2026-03-01T10:00:00Z',
      end: '2026-03-01T11:00:00Z',
      participant: [{ actor: to('HealthcareService/1') }],
    },
    seen((one, count) => mapAppointment(one, nothing, baseUrl, count)),
  ],
  [
    'Condition',
    {
      resourceType: 'Condition',
      id: 'c1',
      meta: META,
      code: concept('problem'),
      clinicalStatus: { coding: [{ code: 'active' }] },
      verificationStatus: { coding: [{ code: 'confirmed' }] },
      category: [concept('list')],
      onsetPeriod: PERIOD,
      recordedDate: '2026-01-01',
    },
    seen(mapProblem),
  ],
  [
    'Flag',
    {
      resourceType: 'Flag',
      id: 'f1',
      meta: META,
      status: 'active',
      code: concept('risk'),
      category: [concept('a')],
      period: PERIOD,
    },
    seen(mapFlag),
  ],
  [
    'Consent',
    {
      resourceType: 'Consent',
      id: 'k1',
      meta: META,
      status: 'active',
      scope: concept('privacy'),
      category: [concept('sharing')],
      dateTime: '2026-01-01',
      provision: { type: 'permit', period: PERIOD, provision: [{ type: 'deny' }] },
    },
    seen(mapConsent),
  ],
  ['DocumentReference, a line', DOCUMENT, seen((one, count) => mapDocument(one, settings, count))],
  ['DocumentReference, filed', DOCUMENT, seen((one, count) => filedDocument(one, ID, settings, count))],
  ['Organization', teamOf('Organization', 'name', 'type', { active: true }), seen(team(ORGANIZATION))],
  ['Group', teamOf('Group', 'name', 'code', { type: 'person', actual: true }), seen(team(GROUP))],
  ['List', teamOf('List', 'title', 'code', { status: 'current' }), seen(team(LIST))],
];

type Value = unknown;
const kindOf = (value: Value): string =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;

/** Every place in a value. */
function placesIn(value: Value, path: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([name, one]) => placesIn(one, [...path, name]))];
}
const at = (value: Value, path: readonly string[]): Value =>
  path.reduce<Value>((one, name) => (one as Record<string, Value>)[name], value);
function replaced(value: Value, [name, ...rest]: readonly string[], other: Value): Value {
  if (name === undefined) return other;
  const inner = replaced((value as Record<string, Value>)[name], rest, other);
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === name ? inner : one));
  return { ...(value as object), [name]: inner };
}

/** Values of each kind; blank text says nothing and is text all the same. */
const OTHERS: readonly Value[] = [7, true, 'word', ' ', null, ['word'], [{}], {}, { word: 'word' }];
/** Places that a test of kinds is not about: which resource it is, and where it lies. */
const FIXED = new Set(['', 'resourceType', 'id']);
const differsInKind = (was: Value, now: Value): boolean => kindOf(was) !== kindOf(now) || now === ' ';

/** What the reader makes of it; a read that fails is told by its error. */
function outcome(read: Reader, resource: Json): { readonly made: string; readonly told: readonly string[] } {
  const tally = new UnmappedTally();
  countArrival(resource, tally.count);
  try {
    const made = JSON.stringify(read(resource, tally.count)) ?? 'nothing';
    return { made, told: [...tally.byPath.keys()] };
  } catch {
    return { made: 'failed', told: ['failed', ...tally.byPath.keys()] };
  }
}

test.each(READERS)('%s', (_name, resource, read) => {
  const whole = outcome(read, resource);
  expect(whole.told).toEqual([]);
  expect(whole.made).not.toMatch(/^(failed|nothing|null)$/);
  const silent: string[] = [];
  let changed = 0;
  for (const path of placesIn(resource).filter((one) => !FIXED.has(one.join('.')))) {
    for (const other of OTHERS.filter((one) => differsInKind(at(resource, path), one))) {
      const { made, told } = outcome(read, replaced(resource, path, other) as Json);
      if (made === whole.made) continue;
      changed++;
      if (told.length === 0) silent.push(`${path.join('.')} = ${JSON.stringify(other)}`);
    }
  }
  expect(silent).toEqual([]);
  expect(changed).toBeGreaterThan(5);
});

const readerOf = (name: string) => READERS.find(([one]) => one === name)!;
const verified = (...codes: string[]) => [
  {
    ...(PATIENT.identifier as readonly object[])[0],
    extension: [
      {
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
        valueCodeableConcept: {
          coding: codes.map((code) => ({
            system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland',
            code,
          })),
        },
      },
    ],
  },
];

// Of the right kind, and of no use all the same.
test.each([
  ['Patient', { deceasedBoolean: 'true' }, ['Patient.deceasedBoolean']],
  [
    'Patient',
    { identifier: verified('01', '02') },
    ['Patient.identifier.extension[NHSNumberVerificationStatus]'],
  ],
  ['Patient', { link: [{ type: 'became', other: to('Patient/p2') }] }, ['Patient.link.type']],
  ['Patient', { meta: { security: [{ display: 'Restricted' }] } }, ['Patient.meta.security']],
  ['Patient', { telecom: [{ system: 'phone' }] }, ['Patient.telecom']],
  ['Patient', { name: [{ use: 'official' }] }, ['Patient.name']],
  ['Patient', { address: [{ use: 'home' }] }, ['Patient.address']],
  [
    'EpisodeOfCare, live',
    { managingOrganization: { reference: 'https://elsewhere.example/Organization/1' } },
    ['EpisodeOfCare.managingOrganization'],
  ],
  ['DocumentReference, a line', { type: {} }, ['DocumentReference.type']],
])('%s with %j is counted as %j', (name, change, told) => {
  const [, resource, read] = readerOf(name);
  expect(outcome(read, { ...resource, ...change }).told).toEqual(told);
});

test('a period that is no object could hold an end: the membership is not whole', () => {
  const [, resource, read] = readerOf('EpisodeOfCare, caseload');
  const item = (one: Json) =>
    read(one, () => undefined) as { complete: boolean; value: { validTo: string | null } };
  expect(item(resource)).toMatchObject({ complete: true, value: { validTo: '2026-12-01' } });
  expect(item({ ...resource, period: '2026' })).toMatchObject({ complete: false, value: { validTo: null } });
});

test('what FHIR forbids to ignore is counted, of every type that is read', () => {
  for (const type of Object.keys(SHAPES)) {
    const tally = new UnmappedTally();
    countArrival(
      { resourceType: type, modifierExtension: [{ url: 'urn:x' }], implicitRules: 'urn:y' },
      tally.count,
    );
    expect(Object.fromEntries(tally.byPath)).toEqual({
      [`${type}.modifierExtension`]: 1,
      [`${type}.implicitRules`]: 1,
    });
  }
});

test('of a Bundle every entry, also within the answer to a batch: what cannot be read, what has no id, what the server warns of', () => {
  const tally = new UnmappedTally();
  const warning = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'warning' }, { severity: 'information' }],
  };
  const page = {
    resourceType: 'Bundle',
    entry: [
      { resource: { ...PATIENT, name: 'Somebody' } },
      { resource: { resourceType: 'Practitioner' } },
      { resource: warning },
      { resource: { resourceType: 'Unread', id: 'u', name: 7 } },
    ],
  };
  countArrival({ resourceType: 'Bundle', entry: [{ resource: page }] }, tally.count);
  expect(Object.fromEntries(tally.byPath)).toEqual({
    'Patient.name': 1,
    'Bundle.entry.resource.id': 1,
    'OperationOutcome.issue[warning]': 1,
  });
});
